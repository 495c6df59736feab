"""Use cases of the tablet in plain Python."""
