"""The history told as a story: who, when, from where, why, and each answer before and after."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from registry.access import origin
from registry.access.roles import ROLES
from registry.entry.aloud import say_answer
from registry.fields import MISSING_CHOICES
from registry.models import (
    FORM_OF,
    Case,
    Endorsement,
    Exemption,
    ExemptionKind,
    Meaning,
    Opening,
    Person,
    Query,
    Signature,
)
from registry.models.query import as_said
from registry.queries import words_of
from registry.views.acts import ACTS, acts_of
from registry.views.row_titles import rows_by_place, title_of

CAME_BY = {
    origin.PAGE: gettext_lazy("on a page"),
    origin.REST: gettext_lazy("by REST"),
    origin.IMPORT: gettext_lazy("by an import"),
    origin.COMMAND: gettext_lazy("by the command %(name)s"),
    origin.TASK: gettext_lazy("by the registry's own task %(name)s"),
}
QUIET = ("query", "audit_answer")  # each step of the thread is told; what an audit compared stands on its page


@dataclass(frozen=True)
class Change:
    """One answer before and after, in words."""

    label: str
    old: str
    new: str


@dataclass
class Entry:
    """What one person did at one moment to one row."""

    at: object
    who: str
    role: str
    origin: str
    request: str
    reason: str
    title: str
    url: str
    acts: list
    case: object = None
    said: str = ""  # words of a query, a signature or an exemption
    is_withheld: bool = False  # consent was withdrawn: what was answered is kept and not shown
    changes: list = field(default_factory=list)
    moved: object = None  # what its revision moved of the results: told where one question's history is shown

    @property
    def what(self):
        """The acts in words."""
        return pgettext("between acts", ", ").join(str(ACTS[code].label) for code in self.acts)

    @property
    def kind(self):
        """entered, changed or removed."""
        return next((code for code in ("removed", "entered") if code in self.acts), "changed")


def story(case, events):
    """Entries of the events of one case, which come newest first."""
    return entries_of(list(events), {case.pk: case})


def entries_of(events, cases=None):
    """Entries of the events: one for each save of a row, in the order in which the events come."""
    told = [group for group in saves(events) if group[0].form not in QUIET]
    names = names_behind(events)
    cases = cases or {case.pk: case for case in Case.with_void.filter(pk__in={group[0].case_id for group in told})}
    rows = _Rows(told, cases)
    return [_entry(group, names, cases.get(group[0].case_id), rows) for group in told]


def saves(events):
    """The events of each save of a row together. An item that comes again in a transaction is another save of it."""
    groups, current = [], {}
    for event in events:
        save = (event.transaction, event.request, event.actor, event.reason, event.form, event.row_id)
        known = current.get(save)
        if known is None or any(event.item == other.item for other in known):
            known = current[save] = []
            groups.append(known)
        known.append(event)
    return groups


def names_of(actors):
    """Address → name, of those that are people's."""
    return dict(Person.objects.filter(email__in=actors).values_list("email", "name"))


def names_behind(events):
    """Address → name of who made these events, and of those in whose place deputies did."""
    return names_of({one for event in events for one in (event.actor, event.on_behalf) if one})


def who_of(event, names):
    """Who made it; a deputy with the one for whom."""
    who = names.get(event.actor, event.actor)
    if not event.on_behalf:
        return who
    return _("%(who)s, for %(other)s") % {"who": who, "other": names.get(event.on_behalf, event.on_behalf)}


def role_of(code):
    """A role in words."""
    return ROLES[code].label if code in ROLES else _("the registry itself")


def came_by(request):
    """From where a change came, in words, with the beginning of its number where it has one."""
    kind, name = origin.kind_of(request), request.partition("-")[2]
    if not kind:
        return _("on a page or by REST") if request.startswith("r-") else _("from where is not known")
    number = "" if kind in (origin.COMMAND, origin.TASK) else f" · {name[:8]}"
    return str(CAME_BY[kind]) % {"name": name} + number


def _entry(group, names, case, rows):
    first = group[0]
    title, url, words = rows.told(first.form, first.row_id, group)
    entry = Entry(
        first.at,
        who_of(first, names),
        role_of(first.role),
        came_by(first.request),
        first.request,
        first.reason,
        title,
        url,
        acts_of(group),
        case,
        words,
    )
    if is_withheld(first.form, first.case_id, rows.withdrawn):
        entry.is_withheld, entry.url, entry.said = True, "", ""
    else:
        entry.changes = changes(first.form, group)
    return entry


def withdrawn_among(case_ids):
    """Ids of the cases whose patients withdrew consent."""
    return set(case_ids) - set(Case.with_void.filter(pk__in=case_ids).not_withdrawn().values_list("pk", flat=True))


def is_withheld(form, case_id, withdrawn):
    """Whether the answers of a form are not shown: after a withdrawal of consent all but the registration's."""
    return case_id in withdrawn and form not in ("case", "patient")


class _Rows:
    """Titles, addresses and words of the rows that a story names, each table read once."""

    def __init__(self, groups, cases):
        wanted = defaultdict(set)
        for group in groups:
            wanted[group[0].form].add(group[0].row_id)
        self.cases = cases
        self.withdrawn = withdrawn_among(cases)
        steps = {group[0].row_id: _value(group, "query_id") for group in groups if group[0].form == "query_step"}
        queries = {one.pk: one for one in Query.objects.filter(pk__in=set(steps.values()))} if steps else {}
        self.queries = {step: queries.get(query) for step, query in steps.items()}
        self.signatures = _by_pk(Signature.objects, wanted["signature"])
        self.exemptions = _by_pk(Exemption.objects, wanted["exemption"])
        self.openings = _by_pk(Opening.objects, wanted["opening"])
        self.endorsements = _by_pk(Endorsement.objects.select_related("milestone", "site"), wanted["endorsement"])
        for about in (*self.queries.values(), *self.signatures.values(), *self.openings.values()):
            if about and about.form:
                wanted[about.form].add(about.row_id)
        self.forms = rows_by_place({form: ids for form, ids in wanted.items() if form in FORM_OF and ids})

    def told(self, form, row, group):
        """(title, address, words) of one entry."""
        if form == "case":
            return *title_of(None, ("case", group[0].case_id), self.cases), ""
        if form == "query_step":
            return self._query(self.queries.get(row), group)
        if form == "signature" and row in self.signatures:
            one = self.signatures[row]
            words = one.why_void if _value(group, "voided_at") else f"{one.signer_name}: {Meaning(one.meaning).label}"
            return *self._form(one.form, one.row_id), words
        if form == "exemption" and row in self.exemptions:
            one = self.exemptions[row]
            title = _(FORM_OF[one.form].title)
            return f"{title} {one.slot}".strip(), "", ExemptionKind(one.kind).label
        if form == "endorsement" and row in self.endorsements:
            one = self.endorsements[row]
            url = reverse("endorsement", args=[one.milestone_id, one.site.code])
            title = _("data of %(site)s, %(milestone)s") % {"site": one.site.code, "milestone": one.milestone}
            return title, url, f"{one.signer_name}: {Meaning(one.meaning).label}"
        if form == "audit_form":
            return _("a form in an audit"), "", ""
        if form == "redaction":
            case = self.cases.get(group[0].case_id)
            url = "" if case is None or case.is_void else reverse("names", args=[case.number])
            return _("a name in free text"), url, _value(group, "reason") or ""
        if form == "opening":
            return self._opening(row, group)
        return *self._form(form, row), ""

    def _opening(self, row, group):
        """What is asked for, or decided, about the lock of a form or of the case."""
        one = self.openings.get(row)
        words = _value(group, "decision") or _value(group, "reason") or ""
        if one is None:
            return _("the opening of a lock"), "", words
        title, url = self._form(*((one.form, one.row_id) if one.form else ("case", group[0].case_id)))
        said = [one.get_code_display(), words] if _value(group, "reason") else [words]
        return title, url, pgettext("between counts", " · ").join(filter(None, said))

    def _form(self, form, row):
        """(title, address) of a form's row; a removed one has no address."""
        return title_of(self.forms.get((form, row)), (form, row), self.cases)

    def _query(self, query, group):
        words = as_said(_value(group, "text") or "")
        if query is None:
            return _("a query"), "", words
        question = words_of(query)
        title, url = self._form(query.form, query.row_id)
        if query.item and query.form in FORM_OF and query.item in FORM_OF[query.form].items():
            title = f"{title}, {FORM_OF[query.form]._meta.get_field(query.item).verbose_name}"
        return title, url, question if words in ("", question) else f"{question} – {words}"


def _by_pk(rows, pks):
    return {one.pk: one for one in rows.filter(pk__in=pks)} if pks else {}


def _value(group, item):
    """What an item of the entry became, or None."""
    return next((event.new for event in group if event.item == item), None)


def changes(form, events, only=""):
    """The changed answers of one entry, or the one of `only`; companions are told with their question."""
    model = FORM_OF.get(form)
    if model is None:
        return []
    by_item = {event.item: event for event in events}
    return [
        Change(
            model._meta.get_field(name).verbose_name,
            _words(model, name, by_item, "old"),
            _words(model, name, by_item, "new"),
        )
        for name, item in model.items().items()
        if not item.key and only in ("", name) and any(one in by_item for one in columns_of(name))
    ]


def columns_of(name):
    """A question's column and its companions."""
    return [name + suffix for suffix in ("", "_mr", "_p", "_oth")]


def _words(model, name, by_item, side):
    """One side of a change in words: the answer, its text for "Other", or the reason why it is missing."""

    def value(suffix):
        return getattr(by_item[name + suffix], side) if name + suffix in by_item else None

    item, answer = model.items()[name], value("")
    if answer in (None, "", []):
        return str(dict(MISSING_CHOICES)[value("_mr")]) if value("_mr") else value("_oth") or ""
    if name == "mrn_hash":
        return _("fingerprint %(start)s…") % {"start": answer[:8]}
    return say_answer(item, as_stored(item, answer), value("_p"), value("_oth"))


def as_stored(item, answer):
    """A JSON value of the history as the model holds it."""
    if answer is None:
        return None
    if item.kind == "date":
        return date.fromisoformat(answer)
    return Decimal(str(answer)) if item.kind == "dec" else answer
