"""How a report is sealed and proved; the modules are the sections of docs/PROTOCOL.md."""
