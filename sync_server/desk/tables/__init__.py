"""Tables that the desk makes from reports."""
