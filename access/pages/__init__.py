"""Pages on who looked at what and who changed what."""
