"""Reads over the records of looks and of changes."""
