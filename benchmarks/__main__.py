"""make bench: every benchmark, one table, JSON in var/bench. A figure is a ratio to a named reference measured in the same run."""

import json
import platform
import sys
import time
from dataclasses import asdict
from pathlib import Path

import django

django.setup()

from benchmarks import endpoints, entry, kernels, live, save  # noqa: E402 - after Django's set-up
from deploy import browser  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "var/bench"


def main():
    """Measure, print and store."""
    rows = [*kernels.rows(), *endpoint_rows(), *save.rows()]
    width = max(len(row["what"]) for row in rows)
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:8.2f} × {row['reference']}"
        print(f"{row['what']:{width}}  {row['seconds'] * 1000:12.2f} ms  {ratio}")
    counts = entry.measure()
    print(f"\nInteractions to enter a typical case, form by form: {entry.HOW}\n{entry.show(counts)}")
    pages = live.measure() if browser.find() else ([], {})
    print(
        f"\nSeconds from a save to the pixel, {live.OPEN} dashboards open; ratio to {live.REFERENCE}\n{live.show(*pages)}"
    )
    FOLDER.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y%m%dT%H%M%S")
    machine = {"python": sys.version.split()[0], "system": platform.platform()}
    (FOLDER / f"{stamp}.json").write_text(
        json.dumps(
            {"machine": machine, "rows": rows, "entry": list(map(asdict, counts)), "live": live.as_json(*pages)},
            indent=1,
        )
    )
    print(f"\nStored in var/bench/{stamp}.json")


def endpoint_rows():
    """200,000 invented cases against plain Python, one case at a time."""
    return [
        {**row, "what": f"{row['what']}, {row['cases']:,} cases", "reference": "as fast as plain Python, case by case"}
        for row in endpoints.measure(200_000, 2_000)
        if row["ratio"] != 1.0
    ]


if __name__ == "__main__":
    main()
