"""What a run of the tests came to: pytest's JUnit file, the facts that were noted beside it, the checks."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from defusedxml import ElementTree

PASSED, FAILED, SKIPPED, NOT_RUN = "passed", "failed", "skipped", "not run"


@dataclass(frozen=True)
class Outcome:
    """One test with its parameters. state: PASSED, FAILED or SKIPPED; said: the first line of why."""

    name: str
    state: str
    said: str
    seconds: float


@dataclass
class Run:
    """at: when it began, as the file says; by_test: (file, function) → outcomes; facts: (name, value); checks: (name, is it passed),
    of the same commit."""

    at: str = ""
    by_test: dict = field(default_factory=dict)
    facts: list = field(default_factory=list)
    checks: list = field(default_factory=list)

    def of(self, name):
        """The outcomes of a file or of file::function."""
        path, _mark, function = name.partition("::")
        return [
            one
            for (file, test), outcomes in self.by_test.items()
            if file == path and function in ("", test)
            for one in outcomes
        ]

    def count(self, state):
        """How many outcomes are so."""
        return sum(one.state == state for outcomes in self.by_test.values() for one in outcomes)


def read(junit):
    """The run that left the file `junit`. Raises ValueError if it is no such file."""
    junit = Path(junit)
    try:
        root = ElementTree.parse(junit).getroot()
    except FileNotFoundError:
        raise ValueError(f"{junit} is not there. Run make test first; it leaves var/test/junit.xml.") from None
    except ElementTree.ParseError as failure:
        raise ValueError(f"{junit} is no JUnit file: {failure}. Was the run ended half-way?") from None
    suites = [root] if root.tag == "testsuite" else root.findall("testsuite")
    if not suites:
        raise ValueError(f"{junit} is no JUnit file: it begins with <{root.tag}>, expected is <testsuites>.")
    run = Run(at=suites[0].get("timestamp", ""))
    for case in (one for suite in suites for one in suite.iter("testcase")):
        outcome = _outcome(case)
        run.by_test.setdefault(_place(case), []).append(outcome)
    run.facts = _beside(junit, "run.json", run.facts)
    commit = dict(run.facts).get("Commit")
    run.checks = [(name, passed) for name, passed, of in _beside(junit, "checks.json", []) if of == commit]
    return run


def _beside(junit, name, otherwise):
    file = junit.with_name(name)
    return [tuple(one) for one in json.loads(file.read_text(encoding="utf-8"))] if file.is_file() else otherwise


def _place(case):
    """(file, function): a class inside a file, as Hypothesis makes them, stands for its one test."""
    parts = case.get("classname", "").split(".")
    where = next((i for i, part in enumerate(parts) if part.startswith("test_")), len(parts) - 1)
    inside = parts[where + 1 :]
    return "/".join(parts[: where + 1]) + ".py", inside[0] if inside else case.get("name", "").partition("[")[0]


def _outcome(case):
    for state, tags in ((FAILED, ("failure", "error")), (SKIPPED, ("skipped",))):
        found = next((case.find(tag) for tag in tags if case.find(tag) is not None), None)
        if found is not None:
            said = (found.get("message") or found.text or "").strip().split("\n")[0][:300]
            return Outcome(case.get("name", ""), state, said, float(case.get("time", 0)))
    return Outcome(case.get("name", ""), PASSED, "", float(case.get("time", 0)))


def keep(folder, name, rows):
    """Note facts or checks beside the JUnit file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
