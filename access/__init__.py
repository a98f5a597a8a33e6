"""Who may see what: actor context, database policies, grants, and the record of reads."""
