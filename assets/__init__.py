"""Data that ships with the program; no code but the generator of the demonstration country."""
