"""The seal by which PostgreSQL believes what a transaction may see (registry/access/signed_sql.py holds the other half)."""

import hashlib
import hmac

from django.conf import settings
from django.db import connection

BLOCK = 64  # bytes: HMAC's filled key


def seal(said):
    """The seal of what is said, under this process's key. `said`: words without line breaks."""
    if any("\n" in word for word in said):
        raise ValueError("a scope holds no line breaks")
    return hmac.new(_key(settings.SECRET_KEY), "\n".join(said).encode(), hashlib.sha256).hexdigest()


def tell_keys():
    """Let the database believe the seals of SECRET_KEY and of those before it, and no other. As reg_owner."""
    words = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM guard.key")
        for word in words:
            cursor.execute("INSERT INTO guard.key VALUES (%s, %s)", [_pad(word, 0x36), _pad(word, 0x5C)])


def is_believed():
    """Whether the database believes the scope of the transaction that runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT guard.is_sealed()")
        return cursor.fetchone()[0]


def _key(word):
    """The key for seals that follows from a SECRET_KEY; who learns it has not learnt that."""
    return hashlib.sha256(b"registry.access.signing:" + word.encode()).digest()


def _pad(word, mask):
    return bytes(byte ^ mask for byte in _key(word).ljust(BLOCK, b"\0"))
