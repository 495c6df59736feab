"""What a report says: catalogue, report, counts, dates, places, consent, validation."""
