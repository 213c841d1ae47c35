"""What the validation report says, as blocks that HTML and PDF show alike."""

from dataclasses import dataclass

from analytics.sheets.sheet import Row, Sheet
from deploy.validation import requirements as table
from deploy.validation.results import FAILED, NOT_RUN, PASSED, SKIPPED

SHOWN, IN_PART, NOT_MET = "shown", "in part", "not met"
# Of the worst first; what stands before SHOWN keeps a release from being accepted as it is.
VERDICTS = (FAILED, NOT_RUN, NOT_MET, IN_PART, SHOWN)
MEANING = {
    FAILED: "a test of it failed",
    NOT_RUN: "a test of it was not run, or was skipped",
    NOT_MET: "it is not built; the reason stands in chapter 4",
    IN_PART: "what is built of it is shown; what is missing stands in chapter 4",
    SHOWN: "every test of it passed",
}


@dataclass(frozen=True)
class Head:
    """A chapter's head. below: px that must be free under it on a page."""

    text: str
    below: int = 60


@dataclass(frozen=True)
class Say:
    """A paragraph. mark: whether it is to be noticed."""

    text: str
    mark: bool = False


@dataclass(frozen=True)
class Facts:
    """(name, value) pairs."""

    pairs: tuple


def verdict_of(requirement, run):
    """One of VERDICTS."""
    by_name = {name: [one.state for one in run.of(name)] for name in requirement.tests}
    if any(FAILED in states for states in by_name.values()):
        return FAILED
    if any(PASSED not in states for states in by_name.values()):
        return NOT_RUN
    if requirement.not_met:
        return IN_PART if requirement.tests else NOT_MET
    return SHOWN


def is_accepted(requirements, run):
    """Whether every requirement that is built was shown, and nothing failed."""
    kept = all(verdict_of(one, run) not in (FAILED, NOT_RUN) for one in requirements)
    return kept and not run.count(FAILED) and all(passed for _name, passed in run.checks)


def blocks(requirements, run):
    """The report from top to bottom."""
    verdicts = {one.id: verdict_of(one, run) for one in requirements}
    return [
        *_summary(requirements, run, verdicts),
        *_installation(run),
        *_requirements(requirements, run, verdicts),
        *_missing(requirements, verdicts),
        *_exceptions(run),
        *_trace(requirements, run),
        *_beside(requirements, run),
        *_signatures(),
    ]


def title(run):
    """The report's name."""
    return f"Validation report of the CAR-T registry {dict(run.facts).get('Registry', '')}".strip()


def _summary(requirements, run, verdicts):
    count = {name: sum(one == name for one in verdicts.values()) for name in VERDICTS}
    accepted = is_accepted(requirements, run)
    tests = f"{run.count(PASSED)} tests passed, {run.count(FAILED)} failed, {run.count(SKIPPED)} were skipped."
    said = ", ".join(f"{count[name]} {name}" for name in reversed(VERDICTS))
    rows = [
        Row(level, tuple(str(sum(one.priority == level and verdicts[one.id] == name for one in requirements)) for name in VERDICTS))
        for level in ("high", "medium", "low")
    ]  # fmt: skip
    ja = (
        f"要約：要求事項{len(requirements)}件のうち、{count[SHOWN]}件は試験により確認済み、{count[IN_PART]}件は一部確認済み、"
        f"{count[NOT_MET]}件は未実装、{count[FAILED]}件は不合格、{count[NOT_RUN]}件は未実施。"
        f"試験は合格{run.count(PASSED)}件、不合格{run.count(FAILED)}件、省略{run.count(SKIPPED)}件。"
        "本書は供給者が実施した試験の記録であり、施設での適格性評価（IQ・OQ・PQ）に代わるものではない。"
    )
    return [
        Head("1 Summary"),
        Say(f"Of {len(requirements)} requirements: {said}. {tests}"),
        Say("Every requirement that is built was shown." if accepted else "Not every requirement that is built was shown: see chapters 3 and 5.", mark=not accepted),
        Say(ja),
        Say("This is the maker's evidence. A hospital or sponsor that uses the registry qualifies its own installation by the protocols in docs/validation (IQ, OQ, PQ) and adds this report to its file."),
        Sheet("Requirements by priority", "Priority of testing", VERDICTS, tuple(rows), "; ".join(f"{name}: {MEANING[name]}" for name in VERDICTS)),
    ]  # fmt: skip


def _installation(run):
    checks = tuple(Row(name, ("passed" if passed else "FAILED",)) for name, passed in run.checks)
    return [
        Head("2 What was tested, and on what"),
        Facts((("Tests began", run.at or "not noted"), *run.facts)),
        *([] if run.facts else [Say("The run left no facts of its machine (run.json): it was not started by make test.", mark=True)]),
        Sheet("Checks (make check)", "Check", ("Verdict",), checks) if checks else Say("The checks of make check were not noted beside this run."),
    ]  # fmt: skip


def _requirements(requirements, run, verdicts):
    found = [Head("3 Requirements")]
    for letter, kind in table.KINDS.items():
        rows = tuple(
            Row(one.id, (one.says, "; ".join(one.sources), f"class {one.risk_class}, {one.priority}", verdicts[one.id], _counted(one, run)))
            for one in requirements if one.id.startswith(letter)
        )  # fmt: skip
        heads = ("The registry …", "From", "Risk, priority", "Verdict", "Tests passed")
        found.append(Sheet(kind, "Id", heads, rows))
    note = "Risk by GAMP 5: severity and probability give a class (1 the gravest), class and how surely a fault is noticed the priority of testing."
    return [*found, Say(note)]


def _counted(requirement, run):
    outcomes = [one for name in requirement.tests for one in run.of(name)]
    return f"{sum(one.state == PASSED for one in outcomes)} of {len(outcomes)}" if requirement.tests else "–"


def _missing(requirements, verdicts):
    rows = tuple(Row(one.id, (verdicts[one.id], one.says, one.not_met)) for one in requirements if one.not_met)
    return [Head("4 What is not met"), Sheet("", "Id", ("Verdict", "The registry …", "Missing"), rows)]


def _exceptions(run):
    of = {
        state: tuple(
            Row(f"{file}::{one.name}", (one.said,))
            for (file, _test), outcomes in sorted(run.by_test.items())
            for one in outcomes
            if one.state == state
        )
        for state in (FAILED, SKIPPED)
    }
    return [
        Head("5 Tests that failed or were skipped"),
        Sheet("Failed", "Test", ("Why",), of[FAILED]) if of[FAILED] else Say("No test failed."),
        Sheet("Skipped", "Test", ("Why",), of[SKIPPED]) if of[SKIPPED] else Say("No test was skipped."),
    ]


def _trace(requirements, run):
    rows = []
    for one in requirements:
        rows.append(Row(f"{one.id} {one.says}", (), is_head=True))
        for name in one.tests:
            states = [outcome.state for outcome in run.of(name)]
            rows.append(
                Row(name, tuple(str(states.count(state)) for state in (PASSED, FAILED, SKIPPED)), is_inner=True)
            )
    return [
        Head("6 From each requirement to its tests"),
        Sheet("", "Test", ("Passed", "Failed", "Skipped"), tuple(rows)),
    ]


def _beside(requirements, run):
    rows = tuple(
        Row(path, (str(sum(o.state == PASSED for o in run.of(path))), str(sum(o.state == FAILED for o in run.of(path)))))
        for path in table.untraced(requirements)
    )  # fmt: skip
    return [
        Head("7 Tests that no requirement names"),
        Say("They hold the parts together for those who develop the registry, and were run too."),
        Sheet("", "File", ("Passed", "Failed"), rows),
    ]


def _signatures():
    rows = tuple(Row(role, ("", "", "")) for role in ("Prepared by", "Reviewed by", "Approved by (quality)"))
    return [Head("8 Signatures", below=180), Sheet("", "Role", ("Name", "Signature", "Date"), rows)]
