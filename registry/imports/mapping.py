"""The mapping file: which column of a file answers which item. Declarative YAML, checked whole before a row is read.

    cohort: bmt-km                       the cohort of the cases; the consortium's own if left out
    site: {column: hospital, codes: {1: OHS}}   or a constant; left out if the command names the site
    stratum: {column: group}             optional
    day_0: 2010-07-01                    the day from which `day` counts; or {column: …}
    ignore: [plt_time, plt]              columns that are left behind on purpose
    forms:                               stored in this order, for each row
      - form: relapse
        when: {relapse: 1}               only for rows where all conditions hold
        items:
          rel_date: {day: dfs_time}      day 0 plus that many days
          rel_kind: 1                    a constant
          rel_cd19: {missing: UK}        no answer, and why

An answer is a constant or one of: {column}, {day}, {years_before_day_0}, {missing}. With a column: `codes` (found → stored),
`prefix`, `separator` (several codes in one cell), `empty` (the missing reason of a blank cell), `dates` (YMD, DMY, MDY), `unit` (of a
mere number). A condition is a value, a list of values, {less_than: column} or {filled: true}. `if_filled: true` of a form: only for
rows in which one of its columns says something.
"""

from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.dictionary.codelists import MissingReason
from registry.models import FORM_OF

MOST_BYTES = 256 * 1024
DEEPEST = 30  # brackets in brackets; reading thousands of them costs seconds
TOP = ("about", "cohort", "site", "stratum", "day_0", "ignore", "forms")
FORM = ("form", "when", "if_filled", "items")
SOURCES = ("column", "day", "years_before_day_0", "missing")
REFINED = {
    "column": ("codes", "prefix", "separator", "empty", "dates", "unit"),
    "day": ("empty",),
    "years_before_day_0": ("empty",),
}
CONDITIONS = ("less_than", "filled")
DATES = ("YMD", "DMY", "MDY")
TEXTS = ("prefix", "separator", "empty", "dates", "unit")
CONSTANTS = (str, int, float, date, type(None))


@dataclass(frozen=True, slots=True)
class Answer:
    """Where one answer comes from: a constant, or the source `kind` with its column (or reason) and refinements."""

    kind: str  # constant, or one of SOURCES
    of: Any
    codes: dict[str, Any] | None = None
    prefix: str = ""
    separator: str = ""
    empty: str | None = None
    dates: str = "YMD"
    unit: str = ""

    @property
    def column(self) -> str | None:
        """The column that is read, if any."""
        return self.of if self.kind in REFINED else None


@dataclass(frozen=True, slots=True)
class MappedForm:
    """One form to be stored for each row in which its conditions hold."""

    form: str
    items: dict[str, Answer]
    when: dict[str, Any] = field(default_factory=dict)
    if_filled: bool = False

    def columns(self) -> set[str]:
        """The columns from which its answers come."""
        return {answer.column for answer in self.items.values() if answer.column}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file, checked."""

    forms: list[MappedForm]
    cohort: str | None
    site: Answer | None
    stratum: Answer | None
    day_0: Answer | None
    ignore: frozenset[str]

    def columns(self) -> set[str]:
        """Every column that the mapping reads."""
        answers = [self.site, self.stratum, self.day_0, *(one for form in self.forms for one in form.items.values())]
        read = {answer.column for answer in answers if answer is not None and answer.column}
        for form in self.forms:
            read |= set(form.when)
            read |= {test["less_than"] for test in form.when.values() if isinstance(test, dict) and "less_than" in test}
        return read

    def refuse_header(self, columns: list[str]) -> None:
        """Raise unless the file has every column that is read, and none that is neither read nor ignored."""
        missing = sorted(self.columns() - set(columns))
        unknown = [name for name in columns if name not in self.columns() | self.ignore]
        faults = []
        if missing:
            faults.append(_("The file has no column %(names)s.") % {"names": ", ".join(missing)})
        if unknown:
            faults.append(
                _("The mapping does not say what to do with column %(names)s. Map it, or list it under “ignore”.")
                % {"names": ", ".join(unknown)}
            )
        if faults:
            raise ValidationError(faults)


def read_mapping(path: Path) -> Mapping:
    """The mapping in `path`. Raises ValidationError with everything that is wrong with it."""
    if not path.is_file():
        raise ValidationError(_("There is no mapping file %(path)s.") % {"path": path})
    if path.stat().st_size > MOST_BYTES:
        raise ValidationError(_("The mapping file is larger than 256 kB, so it is not a mapping."))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ValidationError(_("The mapping is not UTF-8 text.")) from None
    return mapping_of(text)


def mapping_of(text: str) -> Mapping:
    """The mapping that the YAML says. Raises ValidationError with everything that is wrong with it."""
    if len(text) > MOST_BYTES:
        raise ValidationError(_("The mapping file is larger than 256 kB, so it is not a mapping."))
    if _depth(text) > DEEPEST:
        where = _("more than %(most)d brackets in brackets") % {"most": DEEPEST}
        raise ValidationError(_("The mapping is not YAML (%(where)s).") % {"where": where})
    try:
        words = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError) as fault:
        place = getattr(fault, "problem_mark", None)
        where = _("line %(line)d") % {"line": place.line + 1} if place else type(fault).__name__
        raise ValidationError(_("The mapping is not YAML (%(where)s).") % {"where": where}) from None
    return _Reader().mapping(words)


def _depth(text):
    """How many brackets stand open at most."""
    steps = ({"[": 1, "{": 1, "]": -1, "}": -1}.get(sign, 0) for sign in text)
    return max(accumulate(steps), default=0)


class _Loader(yaml.SafeLoader):
    """Without aliases, by which a few lines can say a billion."""

    def compose_node(self, parent, index):
        """One node, unless it repeats another."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.constructor.ConstructorError(None, None, "an alias", mark)
        return super().compose_node(parent, index)


class _Reader:
    """Turns parsed YAML into a Mapping, and collects every fault on the way."""

    def __init__(self):
        self.faults = []

    def mapping(self, words) -> Mapping:
        words = self.keys(words, TOP, _("the mapping"))
        forms = [self.form(number, form) for number, form in enumerate(self.list_of(words, "forms"), start=1)]
        mapping = Mapping(
            forms=[form for form in forms if form],
            cohort=self.text_of(words, "cohort"),
            site=self.answer(words["site"], "site") if "site" in words else None,
            stratum=self.answer(words["stratum"], "stratum") if "stratum" in words else None,
            day_0=self.answer(words["day_0"], "day_0") if "day_0" in words else None,
            ignore=frozenset(map(str, self.list_of(words, "ignore"))),
        )
        self.check_whole(mapping)
        if self.faults:
            raise ValidationError(self.faults)
        return mapping

    def check_whole(self, mapping) -> None:
        if not any(form.form == "patient" and "mrn_hash" in form.items for form in mapping.forms):
            self.faults.append(_("The mapping must give patient.mrn_hash, by which a patient is not imported twice."))
        counted = any(
            answer.kind in ("day", "years_before_day_0") for form in mapping.forms for answer in form.items.values()
        )
        if counted and mapping.day_0 is None:
            self.faults.append(_("The mapping counts days, but gives no day_0."))
        if mapping.day_0 and mapping.day_0.kind == "constant" and not isinstance(mapping.day_0.of, date):
            self.faults.append(_("day_0 is %(found)s; expected a date as YYYY-MM-DD.") % {"found": mapping.day_0.of})

    def text_of(self, words, key) -> str | None:
        found = words.get(key)
        if found is not None and not isinstance(found, str):
            self.faults.append(_("“%(key)s” must be a text.") % {"key": key})
            return None
        return found

    def list_of(self, words, key) -> list:
        found = words.get(key) or []
        if not isinstance(found, list):
            self.faults.append(_("“%(key)s” must be a list.") % {"key": key})
            return []
        return found

    def keys(self, words, allowed, where) -> dict:
        """`words` without unknown keys; each of those is a fault that names the allowed ones."""
        if not isinstance(words, dict):
            self.faults.append(_("%(where)s must be keys and values.") % {"where": where})
            return {}
        for key in words:
            if key not in allowed:
                self.faults.append(
                    _("%(where)s has the unknown key “%(key)s”; allowed are %(allowed)s.")
                    % {"where": where, "key": key, "allowed": ", ".join(allowed)}
                )
        return {key: value for key, value in words.items() if key in allowed}

    def form(self, number, words) -> MappedForm | None:
        words = self.keys(words, FORM, _("form %(number)d of the mapping") % {"number": number})
        name = words.get("form")
        if not isinstance(name, str) or name not in FORM_OF:
            self.faults.append(
                _("There is no form “%(name)s”; the forms are %(allowed)s.")
                % {"name": name, "allowed": ", ".join(FORM_OF)}
            )
            return None
        known = names_of(FORM_OF[name])
        items = self.keys(words.get("items") or {}, known, name)
        when = words.get("when") or {}
        if not isinstance(when, dict):
            self.faults.append(_("“when” of %(form)s must be columns and values.") % {"form": name})
            when = {}
        for column, test in when.items():
            if isinstance(test, dict) and len(self.keys(test, CONDITIONS, f"{name}.when.{column}")) != 1:
                self.faults.append(
                    _("%(where)s must name one of %(allowed)s.")
                    % {"where": f"{name}.when.{column}", "allowed": ", ".join(CONDITIONS)}
                )
        answers = {item: self.answer(words, f"{name}.{item}") for item, words in items.items()}
        conditions = {str(column): test for column, test in when.items()}
        return MappedForm(name, answers, conditions, if_filled=words.get("if_filled") is True)

    def answer(self, words, where) -> Answer:
        """A constant, or a source with its refinements."""
        if not isinstance(words, dict):
            if not isinstance(words, CONSTANTS) and not _are_codes(words):
                self.faults.append(_("%(where)s must be a number, a text, a date or codes.") % {"where": where})
            return Answer("constant", words)
        named = [source for source in SOURCES if source in words]
        if len(named) != 1:
            self.faults.append(
                _("%(where)s must name one of %(allowed)s.") % {"where": where, "allowed": ", ".join(SOURCES)}
            )
            return Answer("constant", None)
        kind = named[0]
        words = self.keys(words, (kind, *REFINED.get(kind, ())), where)
        for reason in (words.get("empty"), words[kind] if kind == "missing" else None):
            if reason is not None and reason not in MissingReason.__members__:
                self.faults.append(
                    _("%(where)s: “%(found)s” is no missing reason; they are %(allowed)s.")
                    % {"where": where, "found": reason, "allowed": ", ".join(MissingReason.__members__)}
                )
        codes = words.get("codes")
        if codes is not None and not isinstance(codes, dict):
            self.faults.append(_("%(where)s: “codes” must be pairs of found and stored.") % {"where": where})
            codes = None
        refined = {key: str(words[key]) for key in TEXTS if words.get(key) is not None}
        if refined.get("dates", DATES[0]) not in DATES:
            self.faults.append(
                _("%(where)s: “dates” is %(found)s; it can be %(allowed)s.")
                % {"where": where, "found": refined.pop("dates"), "allowed": ", ".join(DATES)}
            )
        return Answer(kind, str(words[kind]), codes and {str(found): kept for found, kept in codes.items()}, **refined)


def _are_codes(words):
    return isinstance(words, list) and all(isinstance(one, int) for one in words)


def names_of(form) -> tuple[str, ...]:
    """What a mapping may answer of a form: its items, texts of "Other", and the course."""
    items = [name for name, item in form.items().items() if not item.key or name == "course_no"]
    texts = [f"{name}_oth" for name, item in form.items().items() if item.other_code is not None]
    return (*items, *texts, *(("course_no",) if form.of_course else ()))
