"""The verbs about people: registering them, and what they consent to."""
