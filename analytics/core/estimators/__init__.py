"""Estimators: arrays in, one frozen dataclass out. Each is held to R's answers in tests/reference/."""
