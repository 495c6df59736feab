"""The desk of a role: ingest, store, read, count."""
