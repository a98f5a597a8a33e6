"""The verbs: what is done to agencies, people, systems and agreements."""
