"""Screens of the window: render a state, emit events, decide nothing."""
