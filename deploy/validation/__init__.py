"""The validation package: requirements traced to tests (docs/validation), and the report of a run of them."""
