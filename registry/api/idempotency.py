"""A create by REST that is sent twice makes one case or form: the second time it is answered with what the first one made."""

import json

from registry.actions.once import KeyUsedError, once
from registry.api.problems import Problem

LONGEST = 80


def create_once(request, create, read, *, status=201, body=None):
    """The response of `create()`, or, when this person used the same key before, of `read(what was made then)`.

    create   () → (response, what names the new row: a JSON object that holds no answers)
    read     that object → response
    status   of a response that is given again; None to leave it what `read` made it
    body     bytes that say what was asked for; the JSON that was sent, unless given
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem("idempotency_key_missing")
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise Problem("malformed", f"Idempotency-Key may have 1 to {LONGEST} printable ASCII characters.")
    responses = []

    def act():
        response, made = create()
        responses.append(response)
        return made

    try:
        made, is_new = once(act, by=request.user, key=key, body=body or _body(request))
    except KeyUsedError as used:
        raise Problem("key_used") from used
    if is_new:
        return responses[0]
    response = read(made)
    response.status_code = status or response.status_code
    response["Idempotency-Replayed"] = "true"
    return response


def _body(request):
    return json.dumps([request.path.rstrip("/"), request.data], sort_keys=True, default=str).encode()
