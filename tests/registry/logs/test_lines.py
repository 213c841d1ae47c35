"""What a log line holds, and what it never holds."""

import ast
import json
import logging
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import IntegrityError, connection

from registry.logs.lines import FIELDS, Lines, write

ROOT = Path(__file__).resolve().parent.parent.parent.parent
SECRET = "Plantedname Tarou"
# What our own calls of a logger may name beside their words: ids, names of tasks and kinds of failures.
ARGUMENTS = {
    "run_id", "job_id", "order_id", "letter.pk", "letter.fault", "site.pk", "request.id", "request.user.pk", "task", "cohort",
    "revision", "sender.name", "job.pk", "PATIENCE",
}  # fmt: skip


def line_of(name, message, *args, level=logging.ERROR, error=None, **extra):
    """The line of a record, read back."""
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord(name, level, __file__, 1, message, args, info)
    record.__dict__.update(extra)
    text = Lines().format(record)
    assert "\n" not in text
    return json.loads(text)


def raised(error):
    """The error with a place."""
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]


def test_a_line_says_when_what_and_whose():
    line = line_of("registry.doorbell", "doorbell lost: %s", "a.task", fields={"route": "case", "status": 200})
    assert line["event"] == "doorbell lost: a.task"
    assert (line["level"], line["route"], line["status"]) == ("error", "case", 200)
    assert line["at"].endswith("+00:00")


def test_of_a_failure_its_kind_and_place_are_kept_and_not_its_words():
    line = line_of("registry.x", "failed", error=raised(ValueError(SECRET)))
    assert line["failure"][0]["kind"] == "ValueError"
    assert "test_lines.py" in line["failure"][0]["at"][0]
    assert SECRET not in json.dumps(line)


@pytest.mark.django_db
def test_a_row_that_postgresql_prints_is_not_kept_but_the_constraint_is():
    with pytest.raises(IntegrityError) as found, connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE one (name text CONSTRAINT no_name CHECK (name = ''))")
        cursor.execute("INSERT INTO one VALUES (%s)", [SECRET])
    assert SECRET in str(found.value), "PostgreSQL does print it"
    line = line_of("django.request", "%s: %s", "Internal Server Error", f"/x/{SECRET}", error=found.value)
    assert SECRET not in json.dumps(line)
    assert {"sqlstate": "23514", "constraint": "no_name"}.items() <= line["failure"][1].items()
    assert isinstance(found.value.__cause__, psycopg.Error)


@pytest.mark.parametrize(
    ("name", "message", "args", "event"),
    [
        ("django.request", "%s: %s", ("Not Found", f"/{SECRET}"), "the request failed"),
        ("django.security.DisallowedHost", f"Invalid HTTP_HOST header: {SECRET}", (), "django.security.DisallowedHost"),
        ("celery.worker.consumer", f"Received {SECRET}", (), "celery.worker.consumer"),
        ("py.warnings", "%s", (SECRET,), "a warning of Python"),
    ],
)
def test_of_a_librarys_words_the_pattern_is_kept(name, message, args, event):
    line = line_of(name, message, *args)
    assert line["event"] == event
    assert SECRET not in json.dumps(line)


def test_a_field_that_is_not_on_the_list_is_refused():
    with pytest.raises(ValueError, match="no place for \\['path'\\]"):
        write(logging.getLogger("registry.x"), "request", path="/cases/KYO-0001/")
    assert not FIELDS & {"path", "url", "query", "body", "person", "email", "case"}


def test_our_own_calls_name_ids_alone():
    calls, wrong = 0, []
    for path in [*(ROOT / "registry").rglob("*.py"), *(ROOT / "analytics").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if ast.unparse(node.func.value) != "log" or node.func.attr not in ("info", "warning", "error", "exception"):
                continue
            calls += 1
            is_plain = isinstance(node.args[0], ast.Constant) or path.name == "lines.py"
            if not is_plain or not {ast.unparse(one) for one in node.args[1:]} <= ARGUMENTS:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}")
    assert calls > 10
    assert not wrong
