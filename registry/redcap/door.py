"""POST /api/redcap/: one address for every call; `content` says which. Answers are 200, 400, 403 or 500 and never HTML."""

import logging
from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from registry.access.middleware import patient
from registry.access.permissions import Permission
from registry.access.token_scopes import Scope
from registry.api.limits import seconds_to_wait
from registry.noted import sent_and_noted
from registry.redcap import about, dictionary
from registry.redcap.asked import delimiter_of, read_asked
from registry.redcap.export import Export
from registry.redcap.importing import taken_in
from registry.redcap.log import Log, read_wanted
from registry.redcap.odm import Odm
from registry.redcap.sent import RefusedError, quoted
from registry.redcap.written import CONTENT_TYPES, error, table

log = logging.getLogger(__name__)
NO_PERMISSION = "You do not have permissions to use the API"
NOT_VALID = 'The value of the parameter "content" is not valid'
# Not 503, which redcapAPI sends again at once, up to five times; nor 429, of which redcaplite says "Unknown issue" and no more.
TOO_MANY = "Too many requests in this minute: wait {seconds} seconds, or ask for more records in each request"
CLASSIC = {
    "arm": "You cannot export arms for classic projects",
    "event": "You cannot export events for classic projects",
    "formEventMapping": "You cannot export form/event mappings for classic projects",
}
FORMATS = ("xml", "csv", "json")


# No CSRF token: no browser comes here, and DoorMiddleware lets neither a session nor a header count.
@patient
@csrf_exempt
@login_not_required
@sensitive_post_parameters("token", "data")
@sensitive_variables("request")
def door(request):
    """The answer of a call, or its refusal in the shape that was asked for."""
    with translation.override(getattr(request.user, "language", "en")):
        try:
            return answered(request)
        except RefusedError as refusal:
            return refused(request, refusal.said, refusal.status, refusal.headers)
        except Exception:
            log.exception("the REDCap door failed: request %s", request.id)
            transaction.set_rollback(True)
            return refused(request, "The registry failed to answer. Nothing was stored.", 500)


def answered(request):
    """What the content names. Raises RefusedError."""
    if request.method != "POST":
        raise RefusedError("Send a POST.", 405, {"Allow": "POST"})
    seconds = seconds_to_wait(request)
    if seconds:
        raise RefusedError(TOO_MANY.format(seconds=seconds), headers={"Retry-After": str(seconds)})
    if request.refusal:
        raise request.refusal
    if request.token is None:
        raise RefusedError(NO_PERMISSION, 403)
    person, sent = request.user, request.sent
    if not (person.may_by(Scope.EXPORT) or person.may_by(Scope.IMPORT)):
        raise lacking("this token is neither for exports nor for imports; make one that is under /accounts/tokens/.")
    sent.refuse_unknown()
    content, action = sent.text("content"), sent.text("action", "import" if "data" in sent.form else "export")
    if content == "record" and action == "import":
        return taken_in(request)
    if content in CLASSIC:
        raise RefusedError(CLASSIC[content])
    if action != "export" or content not in CONTENTS:
        raise RefusedError(NOT_VALID)
    return CONTENTS[content](request)


def lacking(why):
    """The refusal of a token that is valid, with the right that it lacks."""
    return RefusedError(f"{NO_PERMISSION}: {why}", 403)


def refused(request, said, status, headers=()):
    """The refusal in the shape of returnFormat, else of format, else XML."""
    named = [request.sent.text(name).lower() for name in ("returnFormat", "format")]
    kind = next((one for one in named if one in FORMATS), "xml")
    return body(error(kind, said), kind, status, headers)


def body(text, kind, status=200, headers=()):
    """An answer with its charset: without it clients read Japanese as Latin-1."""
    words = {"content_type": f"{CONTENT_TYPES.get(kind, 'text/plain')}; charset=utf-8"}
    return HttpResponse(text, status=status, headers={"Cache-Control": "no-store", **dict(headers)}, **words)


def small(request, columns, rows, *, root="records", one=False):
    """A table that is made at once. one: as JSON an object instead of a list."""
    kind = request.sent.choice("format", FORMATS)
    text = table(kind, columns, rows, delimiter=delimiter_of(request.sent), root=root)
    return body(text[1:-1] if one and kind == "json" else text, kind)


def noted(request, source, *, what, kind, filters):
    """A large answer, sent while it is read."""
    pieces = sent_and_noted(source, request.user, request.id, what=what, kind=kind, filters=filters)
    words = {"content_type": f"{CONTENT_TYPES[kind]}; charset=utf-8", "headers": {"Cache-Control": "no-store"}}
    return StreamingHttpResponse(pieces, **words)


def check_exports(person):
    """Raise RefusedError unless the person takes cases along by this token."""
    if not person.may(Permission.CASE_READ):
        raise lacking(
            f"this needs the right to {Permission.CASE_READ.value}, which the role {person.role_label} does not have."
        )
    if not person.may_by(Scope.EXPORT):
        raise lacking("this token is not for exports; make one that is under /accounts/tokens/.")


def record(request):
    """The records."""
    check_exports(request.user)
    asked = read_asked(request.sent, request.user)
    filters = {name: value for name, value in request.sent.form.items() if name not in ("content", "format", "action")}
    source = odm(asked, request.user) if asked.kind == "odm" else Export(asked, request.user)
    return noted(request, source, what="redcap record", kind=asked.kind, filters=filters)


def odm(asked, person):
    """Records as CDISC ODM. Raises RefusedError for what it cannot leave out."""
    if asked.is_eav or asked.is_label or asked.has_both or asked.logic:
        raise RefusedError("CDISC ODM holds whole records with codes: leave type, rawOrLabel and filterLogic out.")
    return Odm(asked, person)


def project_xml(request):
    """The project as CDISC ODM: the dictionary, and its records unless only the metadata are asked for."""
    check_exports(request.user)
    if request.sent.truth("exportFiles"):
        raise RefusedError('The value of the parameter "exportFiles" is not valid: no files are kept')
    filters = {name: value for name, value in request.sent.form.items() if name not in ("content", "format", "action")}
    asked = None
    if not request.sent.truth("returnMetadataOnly"):
        asked = replace(read_asked(request.sent, request.user), kind="odm")
    source = odm(asked, request.user) if asked else Odm(None, request.user)
    return noted(request, source, what="redcap project_xml", kind="odm", filters=filters)


def history(request):
    """The log."""
    check_exports(request.user)
    wanted = read_wanted(request.sent)
    filters = {name: value for name, value in request.sent.form.items() if name not in ("content", "format")}
    return noted(request, Log(wanted, request.user), what="redcap log", kind=wanted.format, filters=filters)


def metadata(request):
    """The data dictionary."""
    names, forms = (set(request.sent.many(name)) for name in ("fields", "forms"))
    unknown = sorted(names - set(dictionary.fields()))
    if unknown:
        raise RefusedError(f"The following values in the parameter fields are not valid: {quoted(unknown)}")
    return small(request, dictionary.METADATA, dictionary.metadata(names, forms))


def export_names(request):
    """The columns of an export."""
    name = request.sent.text("field")
    if name and name not in dictionary.fields():
        raise RefusedError('The value of the parameter "field" is not valid')
    return small(request, dictionary.EXPORT_NAMES, dictionary.export_names({name} if name else ()), root="fields")


def user(request):
    """The one row of whoever asks."""
    is_json = request.sent.choice("format", FORMATS) == "json"
    return small(request, about.USER, [about.user_row(request.user, request.token, is_json=is_json)], root="users")


def next_name(request):
    """The number of the next case: bare, and in quotes for whoever asks for JSON and reads it as that."""
    sites = [site for site in about.sites_of(request.user) if site.is_active]
    if len(sites) != 1:
        raise RefusedError("The next record name depends on the hospital: use a token that is narrowed to one.")
    name = about.next_record(sites[0])
    is_json = request.sent.text("format").lower() == "json"
    return body(f'"{name}"', "json") if is_json else body(name, "text")


def report(request):
    """Refused: there are no saved column sets."""
    raise RefusedError('The value of the parameter "report_id" is not valid: the registry keeps no saved column sets')


CONTENTS = {
    "record": record,
    "log": history,
    "metadata": metadata,
    "exportFieldNames": export_names,
    "instrument": lambda request: small(
        request, ("instrument_name", "instrument_label"), dictionary.instrument_rows(), root="instruments"
    ),
    "repeatingFormsEvents": lambda request: small(
        request, ("form_name", "custom_form_label"), dictionary.repeating_rows(), root="repeatingInstruments"
    ),
    "project": lambda request: small(request, about.PROJECT, [about.project_row()], root="items", one=True),
    "dag": lambda request: small(request, about.GROUPS, about.group_rows(request.user), root="dags"),
    "userDagMapping": lambda request: small(
        request, about.GROUP_OF_PERSON, [about.group_of_person_row(request.user)], root="items"
    ),
    "user": user,
    "version": lambda request: body(about.VERSION, "text"),
    "generateNextRecordName": next_name,
    "report": report,
    "project_xml": project_xml,
}
