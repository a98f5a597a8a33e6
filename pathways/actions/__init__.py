"""The verbs: completing an assessment, and the life of a pathway version."""
