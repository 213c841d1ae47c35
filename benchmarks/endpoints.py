"""How long the endpoints of a million cases take, as a ratio to one case at a time in plain Python in the same run.

    python -m benchmarks.endpoints [--cases 1000000] [--plain 20000] [--json FILE]

Prints a table; --json also writes it. Ratios are of times per case: 20 means twenty times as fast as plain Python.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from analytics.catalogue import EVENT_FREE_SURVIVAL
from analytics.core.endpoints.definitions import ENDPOINTS
from analytics.core.endpoints.derive import derive, endpoint_table
from analytics.core.endpoints.timeline import timeline
from analytics.core.run import run
from benchmarks import plain_endpoints, plain_events
from benchmarks.made_cases import as_plain, made_tables

SEED = 20250301


def timed(act):
    """Seconds that `act` takes, and what it returns."""
    start = time.perf_counter()
    result = act()
    return time.perf_counter() - start, result


def plain_seconds_per_case(cases, rng):
    """Plain Python: dated events and endpoints of each case."""
    plain = as_plain(made_tables(cases, rng))

    def act():
        for case in plain.values():
            events = plain_events.case_events(case)
            for name in plain_endpoints.ENDPOINTS:
                plain_endpoints.endpoint(events, name)

    return timed(act)[0] / cases


def measure(cases, plain_cases):
    """Rows of the table: what, how many cases, seconds, ratio to plain Python (None without a counterpart)."""
    rng = np.random.default_rng(SEED)
    plain = plain_seconds_per_case(plain_cases, rng)
    tables = made_tables(cases, rng)
    checking, lines = timed(lambda: timeline(tables))
    deriving, _ = timed(lambda: [derive(lines, ENDPOINTS[name]) for name in plain_endpoints.ENDPOINTS])
    table, _ = timed(lambda: endpoint_table(lines))
    answer, _ = timed(lambda: run(EVENT_FREE_SURVIVAL[0], lines))
    both, rules = checking + deriving, len(plain_endpoints.ENDPOINTS)
    found = [
        (f"timeline and {rules} endpoints", both, plain / (both / cases)),
        ("  timeline from the form tables", checking, None),
        (f"  {rules} endpoints from the timeline", deriving, None),
        (f"endpoint table, all {len(ENDPOINTS)} rules", table, None),
        ("Kaplan-Meier result of one analysis", answer, None),
        (f"plain Python, {plain_cases} cases", plain * plain_cases, 1.0),
    ]
    return [{"what": what, "cases": cases, "seconds": seconds, "ratio": ratio} for what, seconds, ratio in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--plain", type=int, default=20_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measure(options.cases, options.plain)
    print(f"{options.cases} cases")
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:8.1f} x plain Python"
        print(f"{row['what']:<40} {row['seconds']:8.2f} s {ratio}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
