"""A dataset as files: raw forms, derived fields, endpoint table, ADaM, codebook and manifest, in the formats of statistical programs.

`snapshot.snapshot_of` reads a dataset, `tables.tables_of(snapshot, profile)` gives what a profile allows, `written.written(tables, …)` the
files. Only `extract.py` and `snapshot.py` know Django. For workers and commands: everything here needs pandas.
"""
