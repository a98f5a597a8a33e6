"""Links whose address is the secret: a token nobody guesses, kept as a digest. Pure."""

import hashlib
import secrets


def new_token() -> str:
    """A token of 256 bits that may stand in an address."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """How a token is kept: who reads the database opens nothing with it."""
    return hashlib.sha256(token.encode()).hexdigest()
