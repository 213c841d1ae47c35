"""Errors as problem details (RFC 9457): one table of kinds, one exception to raise them, one handler for everything else."""

from decimal import Decimal

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.http import Http404, JsonResponse
from rest_framework import exceptions

CONTENT_TYPE = "application/problem+json"
BASE = "/api/v1/problems/"

# code → (status, title, what to do about it)
KINDS = {
    "malformed": (400, "The request cannot be read", "Send one JSON object in UTF-8, without repeated names, NaN or control characters."),
    "unknown_parameter": (400, "A parameter is not known", "Use only the parameters listed. An unknown one is refused, so that a typing error never widens an export."),
    "bad_parameter": (400, "A parameter's value is not possible", "Correct the value of the parameter that is named."),
    "bad_cursor": (400, "The cursor does not belong here", "A cursor continues exactly the list that gave it: same person, same filters. Begin again without it."),
    "idempotency_key_missing": (400, "Idempotency-Key is missing", "Send a new random Idempotency-Key with every create, and the same one with its repetition."),
    "not_authenticated": (401, "Nobody is logged in", "Send Authorization: Bearer with a personal token from /accounts/tokens/, or log in."),
    "dead_token": (401, "The token is not valid", "The token is unknown, expired or revoked. Make a new one under /accounts/tokens/."),
    "right_missing": (403, "A right is missing", "Ask your administrator whether your role should have the right that is named."),
    "not_confirmed": (403, "Confirm that it is you", "A session takes rows of patients within five minutes of a password, a code or a passkey: open /accounts/confirm/ and ask again; or use a token."),
    "csrf": (403, "The request did not come from a page of the registry", "With a session, send the X-CSRFToken header; or use a token."),
    "not_found": (404, "Not found", "There is nothing at this address, or nothing that you may see."),
    "method_not_allowed": (405, "The method is not possible here", "The Allow header lists the methods that are."),
    "not_acceptable": (406, "No such representation", "Ask for application/json, or for what the documentation of this address names."),
    "exists": (409, "It exists already", "Read what is stored and correct it with PATCH."),
    "moved": (409, "Not what was looked at", "Somebody changed a case in between, or the file is another one. Look again; nothing was stored."),
    "not_looked": (409, "There is nothing to do that with now", "Read the import: its `steps` are what can be done."),
    "not_done": (409, "The run is not done", "Read the run until its state is done; a failed or cancelled one must be asked for again."),
    "ended": (409, "The run has ended", "Nothing is left to cancel."),
    "locked": (409, "The form, its case, hospital or cohort is locked", "Ask a data manager to have it opened; nothing was stored."),
    "not_ready": (409, "The file is not ready", "Read the export until its state is ready; Retry-After says when to look again."),
    "gone": (410, "The file is not kept any more", "Ask for the export, or bring the file in, again."),
    "range": (416, "The range lies outside the file", "Content-Range says how long the file is."),
    "restored": (410, "The registry was restored since that mark", "Read the list anew without changed_since, and use its as_of from then on."),
    "stale": (412, "Somebody changed it since", "Read it again, look at what changed, and send the correction with the new ETag in If-Match."),
    "too_large": (413, "The body is too large", "Send at most 2 MB and 500 answers."),
    "unsupported_media_type": (415, "The body is of another media type", "Send Content-Type: application/json; a file to /api/v1/imports as multipart/form-data."),
    "refused": (422, "The answers were not stored", "Correct the answers that are named; nothing was stored."),
    "key_used": (422, "The Idempotency-Key was used for another request", "Send a new key with a new request."),
    "if_match_missing": (428, "If-Match is missing", "Read it first and send its ETag in If-Match, so that nobody's correction is overwritten."),
    "throttled": (429, "Too many requests", "Wait as long as Retry-After says."),
    "unavailable": (503, "The database does not answer", "Nothing was stored. Send the same again, with the same Idempotency-Key, after Retry-After seconds."),
    "no_room": (507, "The disk is full", "Nothing was stored, and nothing is lost. Reading goes on; send the same again when the administrator has made room."),
    "server_error": (500, "The registry failed", "Nothing was stored. Try again; if it fails again, report the instance."),
}  # fmt: skip

OF_REST_FRAMEWORK = {
    400: "malformed", 401: "not_authenticated", 403: "right_missing", 404: "not_found", 405: "method_not_allowed",
    406: "not_acceptable", 413: "too_large", 415: "unsupported_media_type", 429: "throttled",
}  # fmt: skip


class Problem(exceptions.APIException):
    """An error of the kinds above. `errors`: a list of {field, pointer, code, rule, detail, found, allowed}; `more`: further members."""

    def __init__(self, kind, detail="", *, errors=(), headers=None, **more):
        self.kind, self.errors, self.headers, self.more = kind, list(errors), headers or {}, more
        self.status_code = KINDS[kind][0]
        super().__init__(detail or KINDS[kind][2], kind)


def entry(field, code, detail, *, rule="", **more):
    """One item of a problem's `errors`."""
    return {
        "field": field,
        "pointer": f"/{field}" if field else "",
        "code": code,
        "rule": rule or code,
        "detail": detail,
        **more,
    }


def body_of(kind, detail, *, errors=(), instance="", **more):
    """The JSON object of a problem. `code`, `field` and `rule` repeat the first error's, or name the kind."""
    status, title, advice = KINDS[kind]
    first = next(iter(errors), {})
    body = {
        "type": BASE + kind,
        "title": title,
        "status": status,
        "detail": detail or advice,
        "code": first.get("code", kind),
        "field": first.get("field") or None,
        "rule": first.get("rule", kind),
        "errors": list(errors),
        **more,
    }
    return {**body, "instance": f"urn:registry:request:{instance}"} if instance and kind != "not_found" else body


def problem(exception, context):
    """REST framework's exception handler: everything becomes a Problem; what nobody foresaw goes on to Django's log and handler500."""
    found = as_problem(exception)
    if found is None:
        return None
    if connection.in_atomic_block:
        transaction.set_rollback(True)
    detail, request = str(found.detail), context["request"]
    return response_of(request, found.kind, detail, errors=found.errors, headers=found.headers, **found.more)


def as_problem(exception):
    """The Problem that an exception means to the client; None for a defect of ours."""
    if isinstance(exception, Problem):
        return exception
    if isinstance(exception, ValidationError):
        return Problem("refused", errors=list(refusals(exception)))
    if isinstance(exception, Http404 | exceptions.NotFound):
        return Problem("not_found")
    if isinstance(exception, PermissionDenied):
        return Problem("right_missing", "Your role does not have the right to do this here.")
    if isinstance(exception, exceptions.APIException):
        return _of_rest_framework(exception)
    return None


def _of_rest_framework(exception):
    code = str(getattr(exception.detail, "code", ""))
    headers = {"WWW-Authenticate": exception.auth_header} if getattr(exception, "auth_header", "") else {}
    if getattr(exception, "wait", None):
        headers["Retry-After"] = str(int(exception.wait))
    if str(exception.detail).startswith("CSRF Failed"):
        return Problem("csrf", str(exception.detail))
    if code.startswith("right_missing:"):
        right = code.partition(":")[2]
        return Problem(
            "right_missing",
            str(exception.detail),
            errors=[entry("", "right_missing", str(exception.detail), rule=right)],
        )
    kind = OF_REST_FRAMEWORK.get(exception.status_code)
    return Problem(kind, str(exception.detail), headers=headers) if kind else None


def refusals(refusal, *, form="", found=None, allowed=None):
    """A Django ValidationError as a problem's errors.

    form      name of the form, with which each rule's name begins
    found     field → what was sent; allowed   field → what could have been
    """
    fields = refusal.error_dict if hasattr(refusal, "error_dict") else {"": refusal.error_list}
    for name, errors in fields.items():
        field = "" if name == NON_FIELD_ERRORS else name
        for error in errors:
            code = error.code or "refused"
            more = {"found": found[field]} if found and field in found else {}
            if allowed and field in allowed:
                more["allowed"] = allowed[field]
            rule = ".".join(part for part in (form, field, code) if part)
            yield entry(field, code, " ".join(error.messages), rule=rule, **more)


def instance_of(request):
    """The request's id, which the history and the log also hold."""
    return getattr(getattr(request, "_request", request), "id", "")


class ProblemEncoder(DjangoJSONEncoder):
    """Says a refused decimal back as the number it was."""

    def default(self, o):
        """Numbers as numbers, the rest as Django writes it."""
        return float(o) if isinstance(o, Decimal) else super().default(o)


def response_of(request, kind, detail="", *, headers=None, **words):
    """The response that carries a problem: JSON, whatever the view's own representations are."""
    body = body_of(kind, detail, instance=instance_of(request), **words)
    written = {"separators": (",", ":"), "ensure_ascii": False}
    status = body["status"]
    return JsonResponse(
        body, ProblemEncoder, status=status, content_type=CONTENT_TYPE, json_dumps_params=written, headers=headers
    )
