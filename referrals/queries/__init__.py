"""Bounded reads over the work, one module for each part of it."""
