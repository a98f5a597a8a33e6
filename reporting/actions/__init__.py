"""The verbs: keeping the roll-ups, rehearsing a pathway."""
