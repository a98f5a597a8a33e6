"""What is seen from above: roll-ups and the manager's dashboard."""
