"""Ways that sealed objects travel."""
