"""A create that arrives twice is done once: a retrying client and a double click make one case, not two."""

import hashlib

from django.db import connection

from registry.models import IdempotencyKey


class KeyUsedError(Exception):
    """The same key came with another body. `made` is what it made the first time."""

    def __init__(self, made):
        super().__init__("the key was used for another body")
        self.made = made


def once(act, *, by, key, body):
    """(what `act()` made, was it made now): the second call with the same key gets what the first one made.

    act    () → a JSON object that names the new row and holds no answers
    body   bytes that say what was asked for; another body under the same key raises KeyUsedError
    Runs in the caller's transaction: an error leaves neither row nor key.
    """
    digest = hashlib.sha256(body).hexdigest()
    wait_for_twin(by=by, key=key)
    before = IdempotencyKey.objects.filter(person=by, key=key).first()
    if before is None:
        made = act()
        keep(by=by, key=key, body=body, made=made)
        return made, True
    if before.body_digest != digest:
        raise KeyUsedError(before.answer)
    return before.answer, False


def made_before(*, by, key):
    """What was made under this key, or None; from here on a twin waits until the transaction ends."""
    wait_for_twin(by=by, key=key)
    before = IdempotencyKey.objects.filter(person=by, key=key).first()
    return before.answer if before else None


def keep(*, by, key, body, made):
    """Remember what was made under a key that `made_before` found free, in the same transaction."""
    IdempotencyKey.objects.create(person=by, key=key, body_digest=hashlib.sha256(body).hexdigest(), answer=made)


def was_done(*, by, key):
    """Whether a create with this key was done."""
    return IdempotencyKey.objects.filter(person=by, key=key).exists()


def wait_for_twin(*, by, key):
    """Two requests with one key run one after the other; the lock ends with the transaction."""
    number = int.from_bytes(hashlib.sha256(f"{by.pk}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
