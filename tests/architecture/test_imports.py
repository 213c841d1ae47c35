"""The map of docs: which folder may name what. Every import is read from the source."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases

ROOT = Path(__file__).resolve().parent.parent.parent
OURS = {"registry", "analytics"}
MAY_IMPORT = {  # folder: which of our packages, and which libraries, it may name
    "registry/dictionary": {"registry.dictionary"},
    "registry/edit_checks": {"registry.dictionary", "registry.grading", "registry.edit_checks"},
    "registry/grading": {"registry.dictionary", "registry.grading"},
    "registry/schedule": {"registry.dictionary", "registry.edit_checks", "registry.schedule"},
    "registry/consent.py": {"registry.dictionary", "registry.edit_checks"},
    "analytics/core": {"analytics.core", "numpy", "pandas", "scipy"},
    "analytics/figures": {"analytics.core", "analytics.figures", "plotly", "matplotlib"},
    "analytics/catalogue.py": {"analytics.core"},
    "analytics/r_scripts": {"analytics.core", "analytics.r_scripts"},
    **{
        place: {
            "analytics.core",
            "analytics.exports",
            "registry.dictionary",
            "registry.odm",
            "numpy",
            "pandas",
            "pyarrow",
            "pyreadstat",
            "xlsxwriter",
            "lxml",
        }
        for place in (
            *("analytics/exports/adam", "analytics/exports/formats"),
            *(
                f"analytics/exports/{name}.py"
                for name in (
                    *(
                        "codebook",
                        "declared",
                        "deidentified",
                        "delivered",
                        "derived_tables",
                        "forms",
                        "labelled",
                        "names",
                    ),
                    *("options", "policy", "rolled", "tables", "trail", "values", "written"),
                )
            ),
        )
    },
    **{
        f"analytics/explore/{name}.py": {"analytics.core", "analytics.catalogue", "analytics.explore"}
        for name in ("address", "choosing", "endpoints", "grammar", "problems", "said", "title", "writing")
    },
}


def files_of(place):
    """The Python files of a folder, or the one file."""
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def imports_of(path):
    """Full names of the modules that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module


@pytest.mark.parametrize("place", MAY_IMPORT)
def test_a_pure_folder_names_only_what_its_map_allows(place):
    allowed = MAY_IMPORT[place]
    found = files_of(place)
    assert found
    strangers = {
        f"{path.relative_to(ROOT)}: {name}"
        for path in found
        for name in imports_of(path)
        if name.partition(".")[0] not in sys.stdlib_module_names
        and not any(name == one or name.startswith(f"{one}.") for one in allowed)
    }
    assert not strangers


def test_registry_never_imports_analytics():
    named = [(path, name) for path in files_of("registry") for name in imports_of(path) if name.startswith("analytics")]
    assert not named


def test_only_the_extract_and_the_access_words_join_analytics_to_the_record():
    doors = {"extract.py"}
    clinical = {"FORMS", "FORM_OF", "Patient", "Infusion", "Relapse", "Death", "FollowUp"}
    for path in files_of("analytics"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        named = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "registry.models"
            for alias in node.names
        }
        assert path.name in doors or not named & clinical, f"{path} reads case report forms; only extract.py does"


WRITES = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
WRITERS = (
    "registry/actions",
    "registry/management/commands/load_demo.py",
    "registry/migrations",
    "analytics/actions.py",
    "analytics/actions_of_releases.py",
    "analytics/actions_of_leases.py",
    "analytics/actions_of_runs.py",
    "analytics/actions_of_turns.py",
    "analytics/actions_of_backups.py",
    "analytics/actions_of_causes.py",
    "analytics/actions_of_cuts.py",
    "analytics/actions_of_exports.py",
    "analytics/actions_of_history.py",
    "analytics/actions_of_public.py",
    "analytics/actions_of_scorecards.py",
    "analytics/actions_of_verification.py",
    "analytics/acts",
    "analytics/migrations",
)
HARMLESS = {
    "registry/access/middleware.py",  # notes when a token was last used
    "registry/access/sessions.py",  # a store of sessions is what saves them
}


def test_only_actions_write():
    """`.save()` and the like are called in actions alone: nothing goes past validation, history and outbox."""
    for path in [*files_of("registry"), *files_of("analytics")]:
        place = str(path.relative_to(ROOT))
        if place.startswith(WRITERS) or place in HARMLESS:
            continue
        calls = [
            node.func.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
        ]
        assert not calls, f"{place} writes by {calls}; call an action instead"


def test_a_web_process_does_not_load_pandas():
    """pandas and lifelines cost seconds and hundreds of megabytes: they belong to workers."""
    script = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'registry.settings.test';"
        "import registry.asgi, registry.urls; from django.urls import get_resolver; get_resolver().url_patterns;"
        "print([name for name in ('pandas', 'lifelines', 'scipy', 'pyarrow', 'matplotlib') if name in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == "[]"


def test_the_template_of_test_databases_follows_from_all_that_migrations_run():
    places = ("registry/migrations", "analytics/migrations", *databases.SQL)
    found = {name for place in places for path in files_of(place) for name in ours_named_in(path)}

    assert found == {path.removesuffix(".py").replace("/", ".") for path in databases.SQL}


def ours_named_in(path):
    """Modules of ours that a file imports, "from a.b import c" as a.b.c where that is a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] in OURS:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if (ROOT / f"{whole.replace('.', '/')}.py").exists() else node.module


READERS_OF_RESULTS = {"read", "Result", "DatasetTable"}
OPENED_BY = ("POOLED_READ", "DATASET_READ", "CAUSE_READ", "SITES_COMPARE", "pooled", "permitted")


def test_results_as_they_are_open_only_to_a_right():
    """Every module with addresses that names stored results or dataset tables names the right that opens them."""
    serving = []
    for path in files_of("analytics"):
        text = path.read_text(encoding="utf-8")
        names = {
            alias.asname or alias.name
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom) and node.module in ("analytics", "analytics.models")
            for alias in node.names
        }
        serves = "def get(" in text or "require_GET" in text or "require_http_methods" in text
        if serves and names & READERS_OF_RESULTS:
            serving.append(path.name)
            assert any(word in text for word in OPENED_BY), f"{path} serves stored results to everybody"
    assert {"views.py", "analyses.py", "api.py"} <= set(serving)


def test_what_a_site_user_sees_comes_from_releases_alone():
    """The page of the own hospital names neither stored results nor datasets: what was not released to it is out of its reach."""
    named = {
        f"{name}.{alias.name}"
        for path in (ROOT / f"analytics/{one}.py" for one in ("own_site", "own_cases", "site_view"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module]
        for alias in node.names
    }
    of_models = {name for name in named if name.startswith("analytics.models.")}
    assert of_models == {"analytics.models.Release", "analytics.models.PublicIssue"}
    assert not {name for name in named if name.startswith(("analytics.read", "analytics.panels", "analytics.actions"))}
