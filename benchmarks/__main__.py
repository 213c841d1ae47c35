"""make bench: every benchmark, one table, JSON in var/bench. A figure is a ratio to a named reference measured in the same run."""

import argparse
import json
import os
import platform
import shlex
import sys
import time
import traceback
from dataclasses import asdict
from pathlib import Path

import django

django.setup()

from benchmarks import endpoints, entry, exports, imports, kernels, kills, live, load, save  # noqa: E402 - after Django's set-up
from deploy import browser  # noqa: E402

FOLDER = Path(__file__).resolve().parent.parent / "var/bench"


PARTS = ("rows", "entry", "exports", "imports", "live", "load", "kills")


def main():
    """Measure, print and store; each part is stored as soon as it is measured, so that a later one that fails loses nothing."""
    asked = _asked()
    parts = asked.parts or PARTS
    store = _Store()
    if "rows" in parts:
        rows = [*kernels.rows(), *endpoint_rows(), *save.rows()]
        width = max(len(row["what"]) for row in rows)
        for row in rows:
            ratio = "" if row["ratio"] is None else f"{row['ratio']:8.2f} × {row['reference']}"
            print(f"{row['what']:{width}}  {row['seconds'] * 1000:12.2f} ms  {ratio}")
        store.put("rows", rows)
    if "entry" in parts:
        counts = entry.measure()
        print(f"\nInteractions to enter a typical case, form by form: {entry.HOW}\n{entry.show(counts)}")
        store.put("entry", list(map(asdict, counts)))
    if "exports" in parts:
        print(f"\nA whole collection out of the registry\n{exports.HEAD}")
        taken = []
        for size in asked.export_rows:
            for one in exports.measured(size):
                print(exports.line(one), flush=True)
                store.put("exports", exports.as_json(taken := [*taken, one]))
    if "imports" in parts:
        print(f"\nA file into the registry, one row a case with three forms\n{imports.HEAD}")
        brought = []
        for size in asked.import_rows:
            for one in imports.measured(size):
                print(imports.line(one), flush=True)
                store.put("imports", imports.as_json(brought := [*brought, one]))
    if "live" in parts and browser.find():
        _measure_live(store, asked.sizes)
    if "load" in parts:
        _measure_load(store, asked.load_cases, asked.people)
    if "kills" in parts:
        counted = kills.measure(asked.kills)
        print(f"\nKilled at random under load\n{kills.show(counted)}")
        store.put("kills", {**counted, "is_kept": kills.is_kept(counted)})
    print(f"\nStored in var/bench/{store.file.name}")
    is_broken = not store.found.get("kills", {}).get("is_kept", True)
    raise SystemExit(bool(store.found.get("live", {}).get("failed")) or is_broken)


def _asked():
    """Which parts, and at which sizes the live one: those of the command line or of ARGS; none named means all."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="|".join(PARTS))
    parser.add_argument("--sizes", nargs="+", type=int, default=live.SIZES, help="cases of the live part")
    parser.add_argument("--export-rows", nargs="+", type=int, default=exports.SIZES, help="rows of the exports part")
    parser.add_argument("--import-rows", nargs="+", type=int, default=imports.SIZES, help="rows of the imports part")
    parser.add_argument("--kills", type=int, default=kills.KILLS, help="how often something is killed")
    parser.add_argument("--load-cases", nargs="+", type=int, default=load.CASES, help="cases of the load part")
    parser.add_argument("--people", nargs="+", type=int, default=load.PEOPLE, help="people at once of the load part")
    return parser.parse_args(sys.argv[1:] or shlex.split(os.environ.get("ARGS", "")))


def _measure_live(store, sizes):
    """From a save to the pixel at each size, printed and stored as it is done; a size that fails is named and the next one tried."""
    print(f"\nSeconds from a save to the pixel, {live.OPEN} dashboards open; ratio to {live.REFERENCE}\n{live.HEAD}")
    measured, failed, kilobytes = [], {}, {}
    for cases in sizes:
        try:
            measured.append(live.measured(cases))
            print(live.line(measured[-1]), flush=True)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the other sizes are measured
            traceback.print_exc()
            failed[cases] = f"{type(failure).__name__}: {failure}"
        store.put("live", {**live.as_json(measured, kilobytes), "failed": failed})
    try:
        kilobytes = live.idle_kilobytes()
    except Exception as failure:  # noqa: BLE001 - as above
        traceback.print_exc()
        failed["idle"] = f"{type(failure).__name__}: {failure}"
    for count, each in kilobytes.items():
        print(f"{each:.0f} kB for each of {count} idle streams")
    store.put("live", {**live.as_json(measured, kilobytes), "failed": failed})


def _measure_load(store, cases, people):
    """Latency of a crowd at work, printed and stored as it is measured; what was answered wrongly is named."""
    print(f"\nPeople at work at once; ratio to {load.REFERENCE}\n{load.HEAD}")
    figures, wrong = [], {}
    for size in cases:
        for figure, refused in load.measured(size, people):
            figures.append(figure)
            wrong |= {(size, figure.people): refused} if refused else {}
            print(load.line(figure), flush=True)
            store.put("load", load.as_json(figures, wrong))
    print("\n".join(load.growth(figures)))
    for (size, crowd), refused in wrong.items():
        print(f"{size} cases, {crowd} people: {dict(refused)}")


class _Store:
    """The run's JSON, written again with each part that is put into it."""

    def __init__(self):
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.file = FOLDER / f"{time.strftime('%Y%m%dT%H%M%S')}.json"
        machine = {"python": sys.version.split()[0], "system": platform.platform(), "load": os.getloadavg()}
        self.found = {"machine": machine}

    def put(self, part, figures):
        self.found[part] = figures
        self.file.write_text(json.dumps(self.found, indent=1))


def endpoint_rows():
    """200,000 invented cases against plain Python, one case at a time."""
    return [
        {**row, "what": f"{row['what']}, {row['cases']:,} cases", "reference": "as fast as plain Python, case by case"}
        for row in endpoints.measure(200_000, 2_000)
        if row["ratio"] != 1.0
    ]


if __name__ == "__main__":
    main()
