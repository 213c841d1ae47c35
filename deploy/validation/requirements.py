"""The table of requirements (docs/validation/requirements.yaml): read, judged by risk, and held against the tests that there are."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/validation/requirements.yaml"
KINDS = {"F": "Functional", "R": "Regulation and guideline", "S": "Security", "D": "Durability"}
FIELDS = {"id", "says", "from", "risk", "tests", "not_met"}
LEVELS = "LMH"
# GAMP 5's two steps: severity × probability gives a class, class × detection a priority. Rows L, M, H; columns L, M, H.
CLASSES = ((3, 3, 2), (3, 2, 1), (2, 1, 1))
PRIORITIES = {1: ("high", "high", "medium"), 2: ("high", "medium", "low"), 3: ("medium", "low", "low")}


@dataclass(frozen=True)
class Requirement:
    """One row. risk: (severity, probability, detection) by L, M, H. tests: files, or file::function."""

    id: str
    says: str
    sources: tuple[str, ...]
    risk: tuple[str, str, str]
    tests: tuple[str, ...]
    not_met: str

    @property
    def risk_class(self):
        """1 is the gravest, 3 the least."""
        severity, probability, _detection = map(LEVELS.index, self.risk)
        return CLASSES[severity][probability]

    @property
    def priority(self):
        """How much of the testing it deserves: high, medium, low."""
        return PRIORITIES[self.risk_class][LEVELS.index(self.risk[2])]


def read(path=TABLE):
    """The requirements in the order of the table. Raises ValueError naming what is wrong with the table."""
    rows = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    found, seen = [], set()
    for row in rows:
        name = str(row.get("id"))
        wrong = _wrong(row, seen)
        if wrong:
            raise ValueError(f"{Path(path).name}, {name}: {wrong}")
        seen.add(name)
        sources, tests = tuple(row["from"]), tuple(row.get("tests", ()))
        found.append(Requirement(name, row["says"], sources, tuple(row["risk"]), tests, row.get("not_met", "")))
    return found


def _wrong(row, seen):
    unknown = set(row) - FIELDS
    if unknown:
        return f"unknown fields {sorted(unknown)}; known are {sorted(FIELDS)}"
    if row.get("id") in seen or str(row.get("id"))[:1] not in KINDS:
        return f"an id begins with one of {', '.join(KINDS)} and is used once"
    if len(row.get("risk", ())) != 3 or not set(row["risk"]) <= set(LEVELS):
        return "risk is [severity, probability, detection], each H, M or L"
    if not row.get("says") or not row.get("from"):
        return "it says nothing, or names no source"
    if not row.get("tests") and not row.get("not_met"):
        return "it has neither tests nor a reason why it is not met"
    return ""


def missing(names):
    """Those of `names` (file or file::function) that no file of tests holds."""
    return [name for name in names if not _exists(name)]


def _exists(name):
    path, mark, function = name.partition("::")
    functions = functions_of(path)
    return bool(functions) and (not mark or function in functions)


@cache
def functions_of(path):
    """The tests of a file, in its order; none if there is no such file."""
    file = ROOT / path
    if not (path.startswith("tests/") and file.is_file()):
        return ()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    # A state machine of Hypothesis is a test by assignment: Test… = Machine.TestCase.
    named = [target.id for one in tree.body if isinstance(one, ast.Assign) for target in one.targets if isinstance(target, ast.Name)]  # fmt: skip
    defined = [one.name for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)]
    return (
        *(name for name in defined if name.startswith("test_")),
        *(name for name in named if name.startswith("Test")),
    )


def all_files():
    """Every file of tests, as the table names them."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py"))


def untraced(requirements):
    """Files of tests that no requirement names: they hold the work of developers, or a requirement has been forgotten."""
    named = {name.partition("::")[0] for one in requirements for name in one.tests}
    return [path for path in all_files() if path not in named]
