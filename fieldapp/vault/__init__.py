"""The encrypted store of the tablet: its only SQL."""
