"""The blind store and log: it cannot open anything."""
