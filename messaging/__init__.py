"""Nothing is lost: events, the outbox, the relay that carries it, and the feeds of partners."""
