"""Codes of authenticator apps (RFC 6238: six digits, 30 seconds) and their secrets, which are stored encrypted."""

import base64
import hashlib
import logging
import time

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

log = logging.getLogger(__name__)
STEP, DRIFT = 30, 1  # seconds; half minutes by which a phone's clock may be off
ISSUER = "CAR-T Registry"


def _cipher():
    """Keys made of SECRET_KEY and the ones before it, so that the key can be changed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"factor:{key}".encode()).digest())) for key in keys]
    )


def new_secret():
    """A new secret, encrypted."""
    return _cipher().encrypt(pyotp.random_base32().encode()).decode()


def opened(secret):
    """The secret in base32, as an app takes it."""
    return _cipher().decrypt(secret.encode()).decode()


def encrypted_anew(secret):
    """The secret under the newest key. Raises InvalidToken for one whose key is not given."""
    return _cipher().rotate(secret.encode()).decode()


def address_of(secret, person):
    """What the QR code says: otpauth://…"""
    return pyotp.TOTP(opened(secret)).provisioning_uri(name=person.email, issuer_name=ISSUER)


def picture_of(address):
    """The QR code as a data address of an SVG, with its own white ground so that it can be read in the dark theme."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def step_of(secret, code, *, at=None):
    """The half minute whose code this is, near `at`; None if it is none's, and where the key of the secret is not given any more."""
    now = int((time.time() if at is None else at) // STEP)
    try:
        totp = pyotp.TOTP(opened(secret))
    except InvalidToken:
        log.error("An authenticator app was kept under a key that is not given: add it to SECRET_KEY_BEFORE.")
        return None
    found = [
        step for step in range(now - DRIFT, now + DRIFT + 1) if pyotp.utils.strings_equal(totp.at(step * STEP), code)
    ]
    return max(found, default=None)
