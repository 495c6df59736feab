"""Widgets of the window, in the manner of LOOK."""
