"""What people may ask about their own data, and how long it is kept: access, correction, erasure, retention."""
