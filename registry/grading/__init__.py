"""Grades and derived fields: pure functions from answers to a `Derived`. Plain Python: no Django here.

docs/algorithms/grading.md says what each one decides, from what, and where the published rules are silent.
"""
