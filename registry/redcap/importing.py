"""The record import: off unless a hospital has turned it on; through the same action as the pages; all or nothing."""

import csv
import io

from django.http import HttpResponse

from registry.access.permissions import Permission
from registry.access.token_scopes import Scope
from registry.redcap.about import sites_of
from registry.redcap.incoming import read_rows
from registry.redcap.meant import DAY, How
from registry.redcap.sent import RefusedError
from registry.redcap.storing import NotAcceptedError, store
from registry.redcap.written import CONTENT_TYPES, XML_HEAD, in_text, table

COUNT, IDS, NEW_IDS, NOTHING = "count", "ids", "auto_ids", "nothing"
NO_PERMISSION = "You do not have permissions to use the API"


def taken_in(request):
    """The answer of one import. Raises RefusedError with every fault of the data."""
    sent, person = request.sent, request.user
    check_imports(person)
    if sent.truth("backgroundProcess"):
        raise RefusedError(
            'The value of the parameter "backgroundProcess" is not valid: an import is answered when it is done'
        )
    numbers_anew = sent.truth("forceAutoNumber")
    returned = sent.choice("returnContent", (COUNT, IDS, NEW_IDS, NOTHING))
    if returned == NEW_IDS and not numbers_anew:
        raise RefusedError('The value of the parameter "returnContent" is not valid without forceAutoNumber')
    how = How(
        erases=sent.choice("overwriteBehavior", ("normal", "overwrite")) == "overwrite",
        dates=sent.choice("dateFormat", tuple(DAY)),
        decimal=sent.choice("decimalCharacter", (".", ",")),
    )
    kind = sent.choice("returnFormat", (_as_data(sent), "xml", "csv", "json"))
    try:
        done = store(read_rows(sent), how, by=person, numbers_anew=numbers_anew)
    except NotAcceptedError as closed:
        raise RefusedError(f"{NO_PERMISSION}: imports are not turned on at {closed}; {WHO_TURNS_IT_ON}", 403) from None
    if done.faults:
        raise RefusedError(faults_said(done.faults))
    return answer(done, returned, kind)


def _as_data(sent):
    """The format of the data, in which the answer is given too; XML for ODM."""
    kind = sent.choice("format", ("xml", "csv", "json", "odm"))
    return "xml" if kind == "odm" else kind


WHO_TURNS_IT_ON = "an administrator turns them on for each hospital under /sites/."


def check_imports(person):
    """Raise RefusedError unless the person brings records in by this token, at a hospital that takes them."""
    if not person.may_by(Scope.IMPORT):
        raise RefusedError(
            f"{NO_PERMISSION}: this token is not for imports; make one that is under /accounts/tokens/.", 403
        )
    if not person.may(Permission.FORM_WRITE):
        needed = (
            f"this needs the right to {Permission.FORM_WRITE.value}, which the role {person.role_label} does not have."
        )
        raise RefusedError(f"{NO_PERMISSION}: {needed}", 403)
    if not any(site.accepts_api_import for site in sites_of(person)):
        raise RefusedError(f"{NO_PERMISSION}: imports are not turned on at your hospital; {WHO_TURNS_IT_ON}", 403)


def faults_said(faults) -> str:
    """Each fault in a line of CSV: record, repeat, field, value, message."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    lines.writerows((one.record, one.repeat, one.field, one.value[:200], one.message) for one in faults)
    return out.getvalue().rstrip("\n")


def answer(done, returned, kind):
    """What was taken in: how many records, or which."""
    numbers = [number for number, _name in done.records]
    if returned == NOTHING:
        text = ""
    elif returned == COUNT:
        text = _count(len(numbers), kind)
    elif kind == "json":
        named = numbers if returned == IDS else [f"{number},{name}" for number, name in done.records]
        text = table_of_texts(named)
    elif kind == "xml" and returned == IDS:
        text = f"{XML_HEAD}\n<ids>" + "".join(f"<id>{in_text(number)}</id>" for number in numbers) + "</ids>"
    else:
        columns = ("id",) if returned == IDS else ("id", "new")
        rows = (
            [(number,) for number in numbers] if returned == IDS else [(name, number) for number, name in done.records]
        )
        text = table(kind, columns, rows, root="ids")
    words = {"content_type": f"{CONTENT_TYPES[kind]}; charset=utf-8"}
    return HttpResponse(text, headers={"Cache-Control": "no-store"}, **words)


def table_of_texts(texts) -> str:
    """A JSON list of texts."""
    import json

    return json.dumps(texts, ensure_ascii=False)


def _count(number, kind):
    if kind == "json":
        return f'{{"count": {number}}}'
    return str(number) if kind == "csv" else f"{XML_HEAD}<hash><count>{number}</count></hash>"
