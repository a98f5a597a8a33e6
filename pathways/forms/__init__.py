"""What an instrument asks, as a form."""
