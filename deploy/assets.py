"""plotly.js out of the plotly wheel, with what a strict Content-Security-Policy needs beside it. Standard library only.

plotly.js adds a style sheet by script, which the policy forbids. The sheet's rules stand in the bundle as a table in plain text;
they are read out of it here. A bundle whose table looks different is refused, so that an upgrade cannot pass silently.
"""

import json
import re
from pathlib import Path

PAIR = re.compile(r"""[{,]("(?:[^"\\]|\\.)*"|\w+):("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""")
PLACES = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


def install(packages: Path, folder: Path):
    """Put the bundle, its style sheet and the ids of its style elements into `folder`."""
    bundle = packages / "plotly/package_data/plotly.min.js"
    folder.mkdir(parents=True, exist_ok=True)
    target, sheet, ids = folder / "plotly.min.js", folder / "plotly.css", folder / "style_ids.json"
    if target.exists() and target.stat().st_size == bundle.stat().st_size and sheet.exists() and ids.exists():
        return
    text = bundle.read_text(encoding="utf-8")
    sheet.write_text(style_sheet(text), encoding="utf-8")
    ids.write_text(json.dumps(style_ids(text)), encoding="utf-8")
    target.write_bytes(bundle.read_bytes())


def style_sheet(bundle):
    """The style sheet that plotly.js would add by script."""
    start = bundle.index('{"X,X div":')
    table = bundle[start : bundle.index("};", start) + 1]
    pairs = PAIR.findall(table)
    if "".join(f",{name}:{body}" for name, body in pairs)[1:] != table[1:-1] or "\\" in table:
        raise SystemExit(
            "The style table of plotly.js has another form than in 4.1.1; see addStyleRule in it and deploy/assets.py."
        )
    # plotly.js puts each new rule before the others.
    rules = (
        re.sub("[XY]", lambda found: PLACES[found[0]], name.strip('"')) + f" {{{body[1:-1]}}}\n"
        for name, body in reversed(pairs)
    )
    return "".join(rules)


def style_ids(bundle):
    """Ids under which a library inside plotly.js looks for its style before it adds one."""
    return re.findall(r'getElementById\("([0-9a-f]{64})"\)', bundle)
