"""The nouns: what the dashboard reads, and dry runs."""
