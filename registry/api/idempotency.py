"""A create that is sent twice makes one case or form: the second time it is answered with what the first one made."""

import hashlib
import json

from django.db import connection

from registry.api.problems import Problem
from registry.models import IdempotencyKey

LONGEST = 80


def create_once(request, create, read):
    """The response of `create()`, or, when this person used the same key before, of `read(what was made then)`.

    create   () → (response, what names the new row: a JSON object that holds no answers)
    read     that object → response
    Runs in the request's transaction: an error leaves neither row nor key. The same key with another body is refused.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Problem("idempotency_key_missing")
    if len(key) > LONGEST or not (key.isascii() and key.isprintable()):
        raise Problem("malformed", f"Idempotency-Key may have 1 to {LONGEST} printable ASCII characters.")
    digest = _digest(request)
    _wait_for_twin(f"{request.user.pk}:{key}")
    before = IdempotencyKey.objects.filter(person=request.user, key=key).first()
    if before is None:
        response, made = create()
        IdempotencyKey.objects.create(person=request.user, key=key, body_digest=digest, answer=made)
        return response
    if before.body_digest != digest:
        raise Problem("key_used")
    response = read(before.answer)
    response.status_code = 201
    response["Idempotency-Replayed"] = "true"
    return response


def _digest(request):
    body = json.dumps([request.path.rstrip("/"), request.data], sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()


def _wait_for_twin(words):
    """Two requests with one key run one after the other; the lock ends with the transaction."""
    number = int.from_bytes(hashlib.sha256(words.encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
