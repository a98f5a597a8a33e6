"""The pages on agencies and their people."""
