"""Reads over people's rights: bounded, each with its shape."""
