"""A file while it is worked on: small, and encrypted, for it may hold hospital numbers, which the registry keeps nowhere else."""

import base64
import hashlib
import zlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def sealed(content: bytes) -> bytes:
    """The content as it is stored."""
    return _cipher().encrypt(zlib.compress(content, 6))


def opened(stored: bytes) -> bytes:
    """The content again. Raises ValidationError where it has been forgotten, or its key is not given any more."""
    if not stored:
        raise ValidationError(_("The file is not kept any more. Choose it again."), code="forgotten")
    try:
        return zlib.decompress(_cipher().decrypt(bytes(stored)))
    except InvalidToken:
        raise ValidationError(_("The file was kept under a key that is not in use any more. Choose it again."), code="forgotten") from None  # fmt: skip


def _cipher():
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"import:{key}".encode()).digest())) for key in keys]
    )
