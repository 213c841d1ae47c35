"""The statistics of the registry: frames and arrays in, frozen dataclasses and plain dictionaries out. No Django here."""
