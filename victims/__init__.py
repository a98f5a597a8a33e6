"""Who is helped: people, how to recognise and safely reach them, and what they consent to."""
