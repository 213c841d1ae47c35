"""Files as they really come: whatever stands in them is answered in strict JSON, or refused in one line."""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from analytics.core.estimate import METHODS, RefusedError, Request, estimate

SEPARATED = "t,s,g,x,y\n" + "".join(f"{i + 1},{int(i < 6)},{'ab'[i // 6]},{int(i < 6)},{i % 3}\n" for i in range(12))
NUMBERED = "t,s,a,b\n" + "".join(f"{i + 1},1,{i * 7 % 11},{2 * (i * 7 % 11) + 1}\n" for i in range(20))
MISTYPED = "t,s,x\n" + "".join(f"{i + 1},1,{i * 7 % 20}\n" for i in range(20)) + "30,1,unknown\n"
NEEDED = {
    "logrank": {"group": "g"},
    "gray": {"group": "g"},
    "cox": {"covariates": ("x",)},
    "firth-cox": {"covariates": ("x",)},
    "fine-gray": {"covariates": ("x",)},
}
COX = {"method": "cox", "covariates": ("x",)}


def ask(text, method="kaplan-meier", **options):
    """The answer to a file with this text (or these bytes), as strict JSON."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "in.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        columns = {} if method == "proportion" else {"time": "t"}
        request = Request(file, method, **{**columns, "status": "s", **options})
        return json.loads(json.dumps(estimate(request), allow_nan=False))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("t,s\n20010101,1\n20050203,0\n", {}, "column t: all values look like dates (YYYYMMDD)"),
        ("t,s\n2001-01-01,1\n", {}, "it looks like a date: expected the time since the start"),
        ("t,s\n1e300,1\n", {}, "line 2, column t: a time is above 1e+12"),
        ("t,s\nInf,1\n", {}, "'Inf' is not a number"),
        ("t,s\nnan,1\n", {}, "'nan' is not a number"),
        ("t,s\n1,dead\n", {}, "'dead' is not a number; expected 0 censored, 1 event"),
        ("t,s\n5,1\n6,2\n", {}, "if 1 means censored and 2 the event, write 0 and 1"),
        ("t,s,e\n1,1,1\n", {"entry": "e"}, "an interval without length has no time at risk"),
        ("t,s,t\n1,1,1\n", {}, "column 't' stands 2 times in the header"),
        ("t;s\n1,5;1\n", {}, "'1,5' is not a number; write decimals with a point"),
        ("t,s\n1,1,\n2,1,,4\n", {}, "cannot be read as CSV"),
        ("\n\nt,s\n1,1\n", {}, "its first line is empty"),
        ("T,s\n1,1\n", {}, "did you mean 'T'?"),
        ("t,s,g\n1,1,Zürich\n".encode("cp1252"), {}, "line 2 is not UTF-8 (byte 0xFC"),
        ("t,s\n1,1\n".encode("utf-16"), {}, "is UTF-16; expected UTF-8"),
        (b"PK\x03\x04 and so on", {}, "is an Excel workbook"),
        (b"t,s\n1,\0\n", {}, "a zero byte"),
        ("t,s,x\n5,1,1\n", COX, "x has the same value, 1, in all 1 cases"),
        ("t,s,x\n5,1,1\n6,0,1\n7,1,1\n", COX, "x has the same value"),
        ("t,s,x\n5,0,1\n6,0,2\n", COX, "No event among 2 cases"),
        (NUMBERED, {**COX, "covariates": ("a", "b")}, "b follows exactly from a"),
        ("t,s,x,y\n5,1,1,4\n6,0,2,2\n7,0,5,1\n", {**COX, "covariates": ("x", "y")}, "more columns than events"),
        (MISTYPED, COX, "column x: 'unknown' is not a number, but most of its values are"),
        (SEPARATED, {**COX, "covariates": ("t",)}, "is the column of --time"),
        (SEPARATED, {**COX, "reference": ("g=a",)}, "expected COLUMN=LEVEL of a column in --covariates"),
        (SEPARATED, {"method": "restricted-mean", "tau": 365.0}, "tau is 365, but the last observed time is 12"),
        (SEPARATED, {"rho": 0.0}, "--rho does not apply to kaplan-meier"),
        (SEPARATED, {"cause": 0}, "--cause must be a status of 1 or above"),
        (SEPARATED, {"method": "proportion", "status": "g"}, "expected 0 no, 1 yes"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(text, options, message):
    with pytest.raises(RefusedError) as refusal:
        ask(text, **options)

    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "options", "warning"),
    [
        ("t,s\n2001,1\n2005,0\n2011,1\n", {}, "they look like calendar years"),
        ("t;s\n1;1\n2;0\n", {}, "separated by semicolons"),
        ("t,s\n5,1\n6,0\n", {"at": (365.0,)}, "may be in different units"),
        ("t,s\n500,1\n600,0\n", {"at": (12.0,)}, "may be in different units"),
        ("t,s\n0,1\n6,0\n", {}, "1 rows have the time 0"),
        ("t,s\n1,1\n2,9\n3,0\n", {"method": "cumulative-incidence"}, "The statuses of events are 1, 9"),
        ("t,s\n1,1\n2,0\n", {"cause": 7}, "No row has status 7."),
        (SEPARATED, {"method": "logrank", "group": "g"}, "No event in b."),
        (SEPARATED, COX, "x: no finite estimate; its numbers are null."),
        ("t,s\n5,1\n", {}, "one observation only"),
        ("t,s\n5,0\n6,0\n", {"method": "restricted-mean"}, "the standard error of 0 is no precision"),
        (
            "t,s,g\n1,1,a\n2,1,\n3,0,b\n",
            {"method": "logrank", "group": "g"},
            "left out (line 3; without a value: group 1)",
        ),
    ],
)
def test_what_is_probably_not_meant_is_said(text, options, warning):
    assert warning in " ".join(ask(text, **options)["warnings"])


def test_a_mark_of_byte_order_spaces_and_empty_lines_change_nothing():
    plain = ask("t,s,g\n1,1,a\n2,0,a\n", group="g")

    assert ask("\ufefft , s,g\n 1 ,1, a\n\n2,0,a \n\n", group="g") == plain
    assert ask(b"t,s,g\r\n1,1,a\r\n2,0,a", group="g") == plain


def test_lines_are_counted_as_in_the_file_where_rows_are_empty():
    with pytest.raises(RefusedError, match="line 4, column t"):
        ask("t,s\n1,1\n\nx,0\n")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("text", ["t,s,g,x\n", "t,s,g,x\n5,1,a,1\n", "t,s,g,x\n5,0,a,1\n6,0,b,2\n"])
def test_nothing_one_patient_and_no_event_never_give_a_null_in_silence(method, text):
    try:
        answer = ask(text, method, **NEEDED.get(method, {}))
    except RefusedError:
        return
    assert answer["warnings"] or "null" not in json.dumps(answer["groups"])


cells = some.sampled_from(
    [
        "0",
        "1",
        "2",
        "3",
        "0.5",
        "1.5",
        "10",
        "365",
        "",
        "NA",
        "-1",
        "1e9",
        "a",
        "b",
        "TRUE",
        " 7 ",
        "1,5",
        '"',
        "é",
        "1e-9",
    ]
)
good = some.tuples(some.integers(0, 9), some.integers(0, 2), some.sampled_from("ab"), some.sampled_from("0123"))
rows = some.lists(
    some.one_of(good.map(lambda row: ",".join(map(str, row))), some.lists(cells, max_size=5).map(",".join))
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(rows, some.sampled_from(list(METHODS)), some.sampled_from([None, 1, 2]), some.booleans())
def test_whatever_stands_in_a_file_is_answered_or_refused(lines, method, cause, only_good):
    lines = [line for line in lines if not only_good or line.count(",") == 3]
    options = {**NEEDED.get(method, {}), "cause": cause}
    if "at" in METHODS[method].knows:
        options["at"] = (1.0, 5.0)
    try:
        answer = ask("\n".join(["t,s,g,x", *lines]), method, **options)
    except RefusedError as refusal:
        assert "\n" not in str(refusal)
        return
    assert answer["n"] >= 0
    assert all(sentence.strip().endswith(".") for sentence in answer["warnings"])
    assert not any(isinstance(value, float) and not math.isfinite(value) for value in answer.values())


def test_a_curve_loads_no_regression():
    script = (
        "import sys; import analytics.core.estimate as e; assert 'numpy' not in sys.modules;"
        "from pathlib import Path;"
        "e.estimate(e.Request(Path('tests/reference/data/veteran.csv'), 'kaplan-meier', time='time', status='status'));"
        "print([name for name in sys.modules if name.endswith(('.cox', '.gray', '.fine_gray', '.comparisons', 'lifelines'))])"
    )
    root = Path(__file__).parents[3]
    answer = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)

    assert (answer.stdout.strip(), answer.stderr) == ("[]", "")
