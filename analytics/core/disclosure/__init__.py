"""Disclosure control: what of a Result an audience may see. `release` is the one way from the one to the other."""
