"""Messages of the doorbell. A task loads and calls one action; nothing is decided here."""
