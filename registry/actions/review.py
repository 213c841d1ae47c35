"""What follows from a save: the registry's own queries opened, re-opened and closed, and the derived fields stored anew."""

from django.conf import settings
from django.utils import timezone

from registry.derived import derived_of
from registry.dictionary.items import plain
from registry.dictionary.words import Amount, Label
from registry.edit_checks.base import HARD, SOFT
from registry.models import Act, DerivedValue, Origin, Query, QueryState, QueryStep
from registry.models.query import FORM_REMOVED

ASKED = ("text", "values", "severity", "rule_version")  # what a query takes from its finding


def follow_up_on(case, stored, *, by, not_corrected=""):
    """Bring queries and derived fields of `case` in line with `stored`, its forms and findings. Returns the queries opened and closed.

    Runs in the transaction of the change, under the lock of the case.

    not_corrected   why a fact is gone although no answer was corrected, one of registry.models.query.NOT_CORRECTED
    """
    opened, closed = sync_queries(case, stored, by=by, not_corrected=not_corrected)
    store_derived(case, stored)
    return opened, closed


def sync_queries(case, stored, *, by, not_corrected=""):
    """Open a query for each fact somebody must answer, re-open those whose fact came back or changed, close those whose fact is gone."""
    now = timezone.now()
    asked = dict(questions(stored))
    known = {
        (one.form, one.row_id, one.item, one.rule, one.text): one
        for one in Query.objects.filter(case=case, origin=Origin.MACHINE)
    }
    new = [_query(case, place, finding, now) for place, finding in asked.items() if place not in known]
    standing = {(form.form_name, form.pk) for form in stored.forms}
    changed, steps = [], []
    for place, query in known.items():
        is_changed, act = _meet(query, asked.get(place))
        changed += [query] if is_changed else []
        if act == Act.RESOLVED:
            why = not_corrected if (query.form, query.row_id) in standing else FORM_REMOVED
            steps.append((query, Act.CLOSED if why else act, why))
        elif act:
            steps.append((query, act, ""))
    _store(new, changed, now)
    _tell([*((query, Act.OPENED, "") for query in new), *steps], by, now)
    reopened = sum(act == Act.REOPENED for _query, act, _why in steps)
    return len(new) + reopened, len(steps) - reopened


def questions(stored):
    """((form, row id, item, rule, text), finding): what the site is asked. A hard rule is a question only on a form that is
    complete already, for there another form brought it; it is put to both forms."""
    rows = {(form.form_name, form.key): form for form in stored.forms}
    for finding in stored.findings:
        places = [(finding.form, finding.key, finding.item)]
        if finding.severity == HARD and finding.also:
            places.append(finding.also)
        for name, key, item in places:
            form = rows.get((name, key))
            if form and (finding.severity == SOFT or (finding.severity == HARD and form.is_complete)):
                yield (name, form.pk, item, finding.rule, finding.text), finding


def _query(case, place, finding, now):
    form, row_id, item, rule, text = place
    return Query(
        case=case,
        site_id=case.site_id,
        form=form,
        row_id=row_id,
        item=item,
        rule=rule,
        text=text,
        origin=Origin.MACHINE,
        severity=finding.severity,
        values=as_json(finding.values),
        rule_version=settings.RULES_VERSION,
        opened_at=now,
        changed_at=now,
    )


def _meet(query, finding):
    """Bring a known query in line with its finding of now: (whether it changed, the step of its thread if there is one)."""
    if finding is None:
        was_closed, query.state = query.is_closed, QueryState.CLOSED
        return not was_closed, None if was_closed else Act.RESOLVED
    values = as_json(finding.values)
    moved = values != query.values
    query.values, query.severity, query.rule_version = values, finding.severity, settings.RULES_VERSION
    is_settled = query.state == QueryState.ANSWERED or (query.is_closed and query.is_accepted)
    if query.state == QueryState.OPEN or (is_settled and not moved):
        return moved, None
    query.state, query.is_accepted, query.answer_kind = QueryState.OPEN, False, ""
    return True, Act.REOPENED


def _store(new, changed, now):
    for query in changed:
        query.changed_at = now
        query.version += 1
    Query.objects.bulk_create(new)
    Query.objects.bulk_update(
        changed, ["state", "values", "severity", "rule_version", "is_accepted", "answer_kind", "changed_at", "version"]
    )


def _tell(steps, by, now):
    """The threads' next steps, in the name of whoever saved."""
    QueryStep.objects.bulk_create(
        QueryStep(
            query=query,
            case_id=query.case_id,
            site_id=query.site_id,
            at=now,
            actor=by.email,
            role=by.role,
            act=act,
            text=text,
        )
        for query, act, text in steps
    )


def store_derived(case, stored):
    """Store every derived field of the case that is not stored as it is now, and drop those that no row has any more."""
    rows = {(form.form_name, form.key): form.pk for form in stored.forms}
    known = {(one.form, one.row_id, one.name): one for one in DerivedValue.objects.filter(case=case)}
    now, fresh = timezone.now(), {}
    for placed in derived_of(stored.record):
        one = _derived_value(case, rows[placed.form, placed.key], placed, now)
        fresh[one.form, one.row_id, one.name] = one
    changed = [one for place, one in fresh.items() if place not in known or _image(known[place]) != _image(one)]
    gone = [one.pk for place, one in known.items() if place not in fresh]
    if changed:
        DerivedValue.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["case", "form", "row_id", "name"],
            update_fields=["value", "scale", "missing", "because", "is_provisional", "at"],
        )
    if gone:
        DerivedValue.objects.filter(pk__in=gone).delete()


def _derived_value(case, row_id, placed, now):
    derived = placed.derived
    scale = derived.scale
    return DerivedValue(
        case=case,
        site_id=case.site_id,
        form=placed.form,
        row_id=row_id,
        name=derived.name,
        value=_plain(derived.value),
        scale=f"{scale.name} {scale.version}, rule {scale.rule}",
        missing=list(derived.missing),
        because=[[reason.text, dict(reason.values), list(reason.items)] for reason in derived.decided_by],
        is_provisional=derived.provisional,
        at=now,
    )


def _plain(value):
    return value if value is None or isinstance(value, (int, str, bool)) else plain(value)


def _image(value):
    return value.value, value.scale, value.missing, value.because, value.is_provisional


def as_json(values):
    """A finding's values as JSON that `from_json` reads back: labels and amounts keep what they are."""
    return {name: _as_json(value) for name, value in values.items()}


def _as_json(value):
    if isinstance(value, Amount):
        return {"number": str(value.number), "unit": value.unit}
    return {"label": str(value)} if isinstance(value, Label) else str(value)


def from_json(values):
    """What `as_json` wrote, for `registry.record.said`."""
    return {name: _from_json(value) for name, value in values.items()}


def _from_json(value):
    if not isinstance(value, dict):
        return value
    return Label(value["label"]) if "label" in value else Amount(value["number"], value["unit"])
