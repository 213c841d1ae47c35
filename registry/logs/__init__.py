"""What the processes write down: one JSON object a line, with ids and names of places, never with what somebody entered."""
