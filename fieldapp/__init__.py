"""The tablet."""
