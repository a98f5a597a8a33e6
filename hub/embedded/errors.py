"""What can go wrong with the embedded services. Each message is a sentence that says what to do."""


class EmbeddedError(Exception):
    """The embedded services cannot be used."""


class NotForProduction(EmbeddedError):
    """Production asked for embedded services."""


class ServiceFailed(EmbeddedError):
    """A service did not start."""
