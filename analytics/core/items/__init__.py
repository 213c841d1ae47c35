"""Columns made of any coded or numeric answer of the forms, by a stated rule."""
