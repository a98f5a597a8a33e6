"""Pages about people's rights: each reads the request, makes one call, and answers."""
