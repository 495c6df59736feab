"""What tablet, relay and desk must agree on: the words of a report and how it is sealed.

Pure: no clock, no randomness, no window, no web, no database. `firsthand.assets` alone reads files, and only
those that ship with the program.
"""
