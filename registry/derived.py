"""Derived fields of a case, as actions and views ask for them. What they are: `registry.edit_checks.derived`, without Django."""

from registry.edit_checks.derived import Placed, derived_of

__all__ = ["Placed", "derived_of"]
