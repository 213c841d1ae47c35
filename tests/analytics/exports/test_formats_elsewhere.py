"""Files of SPSS, SAS and Stata as programs read them that had no part in writing: PSPP, R's foreign, and haven on top.

haven shares a library with what wrote the files, so it stands for what its users see; PSPP and foreign share nothing. What is not
installed is skipped by name.
"""

import csv
import io
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest

from analytics.exports import declared as d
from analytics.exports.formats.sas_files import xpt_bytes
from analytics.exports.formats.spss_files import sav_bytes
from analytics.exports.formats.stata_files import dta_bytes
from analytics.exports.names import sas_names, shorten
from deploy import r
from tests.analytics.exports.test_formats import strange, tables

READ = {
    "haven-sav": 'haven::zap_labels(haven::read_sav("table.sav"))',
    "haven-xpt8": 'haven::read_xpt("table.xpt8")',
    "haven-dta": 'haven::zap_labels(haven::read_dta("table.dta"))',
    "foreign-xpt": 'foreign::read.xport("table.xpt")',
}
# Whole numbers and dates as numbers of R, text as it is, what is missing blank.
WRITE = """
whole <- function(column) if (inherits(column, "Date")) format(column) else if (is.numeric(column)) sprintf("%.17g", column) else as.character(column)
blank <- function(column) ifelse(is.na(column) | is.na(whole(column)), "", whole(column))
write.csv(data.frame(lapply(table, blank), check.names = FALSE), "{name}.csv", row.names = FALSE, fileEncoding = "UTF-8")
"""


def both():
    """A table of everything strange, and a form."""
    return [strange(), next(one for one in tables() if one.name == "infusion")]


def cells(text):
    """(header, rows) of a CSV."""
    header, *rows = csv.reader(io.StringIO(text))
    return header, rows


def written(table, folder):
    """The table in every format, in a folder."""
    for suffix, content in (
        ("sav", sav_bytes(table, "ja")), ("dta", dta_bytes(table, "ja")), ("xpt", xpt_bytes(table, 5, "en")), ("xpt8", xpt_bytes(table, 8, "ja")),
    ):  # fmt: skip
        (folder / f"table.{suffix}").write_bytes(content)


def month_first(text):
    """PSPP's 06/03/2024 as an ISO date."""
    month, _slash, rest = text.strip().partition("/")
    return "-".join((rest[3:], month, rest[:2])) if rest else month


def since_1960(text):
    """A SAS date as an ISO date."""
    return f"{pd.Timestamp('1960-01-01') + pd.Timedelta(float(text), 'D'):%Y-%m-%d}" if text else ""


def check(table, found, *, day, longest=None, reasons=()):
    """Every cell that was read is that of the table.

    day      text of a date → ISO date; longest: bytes that a text holds; reasons: numbers that stand for a reason
    """
    for place, column in enumerate(table.columns):
        read = [line[place] for line in found]
        source = [None if pd.isna(one) else one for one in table.rows[column.name]]
        if column.kind == d.DATE:
            assert [day(one) for one in read] == [one or "" for one in source], column.name
        elif column.is_numeric:
            values = [np.nan if one.strip() in ("", "NaN", *reasons) else float(one) for one in read]
            expected = [np.nan if one is None else float(one) for one in source]
            np.testing.assert_allclose(values, expected, rtol=1e-14, atol=1e-70)
        else:
            cut = [shorten(one or "", longest or 10_000).rstrip() for one in source]
            assert [one.rstrip() for one in read] == cut, column.name


@pytest.mark.skipif(not shutil.which("pspp-convert"), reason="PSPP is not installed (Debian: pspp)")
def test_spss_by_pspp(tmp_path):
    for table in both():
        written(table, tmp_path)
        subprocess.run(["pspp-convert", "table.sav", "table.csv"], cwd=tmp_path, check=True, capture_output=True)
        header, found = cells((tmp_path / "table.csv").read_text(encoding="utf-8"))
        assert header == [column.name for column in table.columns]
        check(table, found, day=month_first, reasons=("-91", "-92", "-93", "-94"))


@pytest.mark.parametrize("name", READ)
def test_spss_sas_and_stata_by_r(name, tmp_path):
    lacking = r.lacks(READ[name])
    if not r.find() or lacking:
        pytest.skip(f"R lacks {', '.join(lacking)}" if r.find() else "R is missing")
    for table in both():
        written(table, tmp_path)
        script = f"table <- {READ[name]}\n{WRITE.format(name=name)}"
        ran = subprocess.run([r.find(), "-e", script], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        header, found = cells((tmp_path / f"{name}.csv").read_text(encoding="utf-8"))
        in_sas = name.startswith("foreign")
        assert header == (list(sas_names(table).values()) if in_sas else [column.name for column in table.columns])
        check(table, found, day=since_1960 if in_sas else str, longest=200 if in_sas else None)
