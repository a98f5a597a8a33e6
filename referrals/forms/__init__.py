"""Forms of the work, one module for each part of it."""
