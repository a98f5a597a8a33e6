"""The demonstration: an invented day at the Northshire hub, made by the real road. The day calls each part of it."""
