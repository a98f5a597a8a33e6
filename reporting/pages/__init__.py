"""Doors: the dashboard, and dry runs of pathways."""
