"""How it is decided: instruments and assessments, pathway versions and their rules."""
