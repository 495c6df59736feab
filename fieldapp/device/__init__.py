"""Camera, microphone, position, power: one port."""
