"""Derived fields of a stored case, in words. What they are and where they stand is `registry.edit_checks.derived`."""

from registry.edit_checks.derived import Placed, derived_of

__all__ = ["Placed", "derived_of"]
