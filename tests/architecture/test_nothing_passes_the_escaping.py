"""There is no way past the escaping, and nothing runs that came as text: no marked-safe text, inline script, eval or pickle."""

import ast
import re

import pytest

from registry.settings.environment import ROOT

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = sorted(path for place in ("registry", "analytics") for path in (ROOT / place).rglob("*.py"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
IN_TEMPLATES = {
    "text marked safe": re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off"),
    "a handler in an attribute": re.compile(r"<[^>{%]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a style in an attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "a script inside the page": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
    "an address that runs": re.compile(r"=\s*[\"']\s*javascript:", re.IGNORECASE),
}
IN_SCRIPTS = re.compile(
    r"\b(eval|Function)\s*\(|document\.write|setTimeout\(\s*[\"'`]|(inner|outer)HTML\s*\+?=|insertAdjacentHTML"
)
OF_OUR_SERVER = {
    "dashboard.js",
    "explored.js",
    "item_history.js",
}  # parts of a page, fetched and put in its place, escaped as a page is
CALLS = {"mark_safe", "SafeString", "SafeText", "format_html", "format_html_join", "eval", "exec", "__import__"}
MODULES = {"pickle", "marshal", "shelve", "dill", "xml"}  # xml: without defusedxml it expands entities


@pytest.mark.parametrize("what", IN_TEMPLATES)
def test_no_template_holds(what):
    found = [f"{path.relative_to(ROOT)}: {one[0]}" for path in TEMPLATES for one in IN_TEMPLATES[what].finditer(path.read_text(encoding="utf-8"))]  # fmt: skip

    assert len(TEMPLATES) > 100
    assert found == []


def test_each_of_these_would_be_found():
    bad = {
        "text marked safe": "{{ note|safe }}",
        "a handler in an attribute": '<a class="x" onclick="go()">',
        "a style in an attribute": '<p style="color: red">',
        "a script inside the page": "<script>go()</script>",
        "an address that runs": '<a href="javascript:go()">',
    }
    assert {what for what in IN_TEMPLATES if not IN_TEMPLATES[what].search(bad[what])} == set()
    assert IN_SCRIPTS.search("place.innerHTML = text")
    assert [*past("from pickle import loads\nmark_safe(text)\nsubprocess.run(x, shell=True)")] == [
        "pickle", "mark_safe()", "shell=True"]  # fmt: skip


def past(source):
    """What of a module's source runs or trusts text."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]
            yield from (name for name in names if name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in CALLS and not isinstance(node.func, ast.Attribute):
                yield f"{name}()"
            yield from (
                "shell=True" for word in node.keywords if word.arg == "shell" and getattr(word.value, "value", 0)
            )


def test_no_module_runs_or_trusts_text():
    found = [f"{path.relative_to(ROOT)}: {one}" for path in SOURCES for one in past(path.read_text(encoding="utf-8"))]

    assert found == []


def test_no_script_makes_elements_of_text_but_of_parts_that_the_server_rendered():
    found = {path.name for path in SCRIPTS if IN_SCRIPTS.search(path.read_text(encoding="utf-8"))}

    assert len(SCRIPTS) > 10
    assert found == OF_OUR_SERVER
