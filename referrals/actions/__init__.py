"""The verbs of the work, one module for each stage of its life."""
