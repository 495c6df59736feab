"""Three programs, three trusts: relay, desk, administration."""
