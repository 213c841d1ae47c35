"""A mapping as a table that a person fills in: which question a column answers, and how its cells are read. To YAML and back."""

from dataclasses import dataclass, field

import yaml
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from registry.imports.mapping import DATES, Mapping, names_of
from registry.imports.redcap_project import ours_of, same_code
from registry.models import FORM_OF, FORMS

SITE, STRATUM, DAY_0 = "site", "stratum", "day_0"
BESIDE = (SITE, STRATUM, DAY_0)
MOST_VALUES = 12  # of a column that are translated one by one
SAMPLES = 3


@dataclass
class Drafted:
    """One column. target: form.item, one of BESIDE, or blank, and the column is left behind; codes: a line "found = stored" each."""

    column: str
    target: str = ""
    codes: str = ""
    dates: str = "YMD"
    unit: str = ""
    samples: list[str] = field(default_factory=list)


@dataclass
class Draft:
    """The whole table, and what is the same for every row: (form.item, value)."""

    columns: list[Drafted]
    constants: list[tuple[str, str]] = field(default_factory=list)


def guessed(table) -> Draft:
    """A draft for a table that nobody has mapped: a column answers the question of its name or label; choices by their labels."""
    columns = []
    for column in table.columns:
        values = list(dict.fromkeys(line.cells[column] for line in table.lines if line.cells[column]))
        drafted = Drafted(column, samples=values[:SAMPLES])
        ours = ours_of(column, column)
        if ours is not None and ours.name in names_of(ours.form):
            drafted.target = f"{ours.form.form_name}.{ours.name}"
            if ours.codes and len(values) <= MOST_VALUES:
                drafted.codes = "\n".join(f"{value} = {same_code(ours, value, value) or ''}" for value in values)
        columns.append(drafted)
    return Draft(columns)


def draft_of(mapping: Mapping, table) -> Draft | None:
    """The mapping as such a table; None where it says more than that."""
    answers = {SITE: mapping.site, STRATUM: mapping.stratum, DAY_0: mapping.day_0}
    found, constants = {}, []
    for form in mapping.forms:
        if form.when or (not form.if_filled and form.form != "patient"):
            return None
        answers |= {f"{form.form}.{name}": answer for name, answer in form.items.items()}
    for target, answer in answers.items():
        if answer is None:
            continue
        if answer.kind == "constant" and target not in BESIDE:
            constants.append((target, str(answer.of)))
        elif answer.kind != "column" or answer.prefix or answer.separator or answer.empty or answer.of in found:
            return None
        else:
            codes = "\n".join(f"{one} = {kept}" for one, kept in (answer.codes or {}).items())
            found[answer.of] = Drafted(answer.of, target, codes, answer.dates, answer.unit)
    draft = Draft([found.get(column) or Drafted(column) for column in table.columns], constants)
    for one, guess in zip(draft.columns, guessed(table).columns, strict=True):
        one.samples = guess.samples
    return draft


def text_of(draft: Draft) -> str:
    """The draft as a mapping in YAML. Raises ValidationError for a target that is none, or that two columns answer."""
    words, forms, faults, known = {}, {}, [], _targets()
    for one in draft.columns:
        if not one.target:
            words.setdefault("ignore", []).append(one.column)
        elif one.target in BESIDE and one.target not in words:
            words[one.target] = _source(one)
        elif one.target in known and one.target not in forms:
            forms[one.target] = _source(one)
        else:
            said = _("Two columns answer %(target)s.") if one.target in known or one.target in BESIDE else UNKNOWN()
            faults.append(said % {"target": one.target[:60], "column": one.column[:60]})
    for target, value in draft.constants:
        if target in known and target not in forms:
            forms[target] = _plain(value)
        else:
            faults.append((_("Two columns answer %(target)s.") if target in known else UNKNOWN()) % {"target": target[:60], "column": ""})  # fmt: skip
    if faults:
        raise ValidationError(faults)
    words["forms"] = [_form(form.form_name, forms) for form in FORMS if _items(form.form_name, forms)]
    return yaml.safe_dump(words, allow_unicode=True, sort_keys=False, width=120)


def UNKNOWN():  # noqa: N802 - a sentence in the language of now
    """What is said of a target that there is not."""
    return _("“%(target)s” (%(column)s) is no item. Choose one of the list, as in patient.sex_at_birth.")


def options():
    """(form.item, form · question) of everything that a column can answer."""
    beside = {
        SITE: _("Hospital (its code)"),
        STRATUM: _("Group in the cohort"),
        DAY_0: _("The day from which days count"),
    }
    yield from beside.items()
    for form in FORMS:
        for name in names_of(form):
            item = name.removesuffix("_oth") if name not in form.items() else name
            label = form._meta.get_field(item).verbose_name
            yield (
                f"{form.form_name}.{name}",
                f"{_(form.title)} · {label}" + (f" · {_('Other, specify')}" if item != name else ""),
            )


def _targets():
    return {f"{form.form_name}.{name}" for form in FORMS for name in names_of(form)}


def _source(one):
    found = {"column": one.column}
    codes = dict(_pair(line, one) for line in one.codes.splitlines() if line.strip())
    if codes:
        found["codes"] = codes
    if one.dates != "YMD":
        found["dates"] = one.dates if one.dates in DATES else "YMD"
    if one.unit.strip():
        found["unit"] = one.unit.strip()[:20]
    return found


def _pair(line, one):
    value, equals, code = line.rpartition("=")
    if not equals or not value.strip() or not code.strip():
        said = _(
            "%(column)s: “%(line)s” does not say what it is stored as. Write one line for each value, as in: male = 1."
        )
        raise ValidationError(said % {"column": one.column[:60], "line": line.strip()[:60]})
    return value.strip(), _plain(code)


def _plain(text):
    """A whole number as one, any other text as it is."""
    text = text.strip()
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 10 else text


def _items(name, forms):
    return {target.partition(".")[2]: source for target, source in forms.items() if target.partition(".")[0] == name}


def _form(name, forms):
    """One form of the mapping. The registration is always stored; another only where a cell says something."""
    always = {} if name == "patient" or name not in FORM_OF else {"if_filled": True}
    return {"form": name, **always, "items": _items(name, forms)}
