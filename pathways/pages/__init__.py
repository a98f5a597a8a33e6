"""The rule book, for all agencies that work by it."""
