"""The statistics of the registry: frames and arrays in, frozen dataclasses out. No Django here."""
