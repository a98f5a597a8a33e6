"""What follows from events and due times: each a subscriber of the outbox, acting as a named system account."""
