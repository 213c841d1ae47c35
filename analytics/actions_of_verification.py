"""Compute a dataset's hashes and results anew from its stored tables, and say what is not the same."""

import hashlib
import json

from django.utils import timezone

from analytics.actions import manifest_hash
from analytics.actions_of_runs import answer_of, tables_of
from analytics.core.columns.table import case_table, flat
from analytics.core.csv_text import csv_text
from analytics.core.endpoints.derive import endpoint_table
from analytics.models import AnalysisRun, Result
from registry.access.row_security import everything_scope

TEXTS = {"cases.csv": flat, "endpoints.csv": endpoint_table}


def verify(dataset, progress=lambda _steps: None):
    """What differs, as sentences in English, [] if nothing; stored with the dataset. `progress(steps)` hears of each step."""
    with everything_scope(actor="worker"):
        found = _of_tables(dataset)
        runs = list(AnalysisRun.objects.filter(dataset=dataset, state=AnalysisRun.DONE).order_by("pk"))
    progress(len(runs) + 1)
    for run in runs:
        found += _of_result(run)
        progress(len(runs) + 1)
    with everything_scope(actor="worker"):
        dataset.verified_at, dataset.differs = timezone.now(), found
        dataset.save(update_fields=["verified_at", "differs"])
    return found


def _of_tables(dataset):
    """Tables against their hashes, the dataset's hash, the manifest, and the texts against the tables."""
    stored = {one.name: one for one in dataset.tables.all()}
    found = [
        f"table {name}: its content has another SHA-256 than was noted"
        for name, one in stored.items()
        if hashlib.sha256(one.parquet).hexdigest() != one.sha256
    ]
    noted = {one["name"]: one["sha256"] for one in dataset.manifest.get("tables", [])}
    found += [f"table {name}: is missing" for name in sorted(noted.keys() - stored.keys())]
    found += [
        f"table {name}: not what the manifest says"
        for name, one in stored.items()
        if noted and noted.get(name) != one.sha256
    ]
    files = {name: bytes(one.parquet) for name, one in stored.items() if name not in TEXTS}
    if manifest_hash(files, dataset.cut_date) != dataset.hash:
        found.append("the hash of the dataset: its tables give another one")
    if found:
        return found  # a table that was changed need not be readable
    whole = case_table(tables_of(dataset), dataset.cut_date)
    for name, made_of in TEXTS.items():
        if name in stored and csv_text(made_of(whole)) != bytes(stored[name].parquet):
            found.append(f"text {name}: the tables give another one by this code")
    return found


def _of_result(run):
    """A stored result against its digest, and against the same question asked anew of the stored tables."""
    with everything_scope(actor="worker"):
        result = Result.objects.get(run=run)
        anew = answer_of(run)
    body, stored = json.loads(json.dumps(anew, allow_nan=False)), result.body
    digest = hashlib.sha256(json.dumps(anew, sort_keys=True, allow_nan=False).encode()).hexdigest()
    if body == stored and digest == result.digest:
        return []
    if hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest() != result.digest:
        return [f"result of {run.analysis} (run {run.pk}): its content has another digest than was noted"]
    changed = sorted(key for key in {*body, *stored} if body.get(key) != stored.get(key))
    if changed == ["software"]:
        return []  # the same numbers by other versions of the libraries
    return [f"result of {run.analysis} (run {run.pk}): computed anew, {', '.join(changed)} differ"]
