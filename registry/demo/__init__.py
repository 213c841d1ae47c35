"""The demonstration consortium: invented hospitals, people and patients. Nothing here is about a real person."""
