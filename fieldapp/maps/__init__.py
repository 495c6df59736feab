"""Offline maps: pictures from MBTiles, the mission's own areas drawn, place names and place codes. No window here."""
