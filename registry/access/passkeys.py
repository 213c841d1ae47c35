"""The ceremonies of WebAuthn: what a browser is asked, and whether what it answers was made here, now, by this key and its owner's
finger, face or PIN. Challenges stand in the session, one use and five minutes each; what is stored of a key is public.
"""

import hashlib
import json
import struct
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from fido2.cose import ES256, RS256, EdDSA
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

NAME = "CAR-T Registry"
CHALLENGES, SECONDS, MOST = "_challenges", 300, 6  # where the session keeps them; how long; how many open pages
LONGEST = 20_000  # characters of an answer
MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, struct.error)
ALGORITHMS = (ES256.ALGORITHM, EdDSA.ALGORITHM, RS256.ALGORITHM)


class NotTakenError(Exception):
    """The answer proves nothing; the text says why, for the log."""


@dataclass(frozen=True)
class New:
    """A key that was just made."""

    credential: str
    public: bytes
    count: int
    transports: list
    is_synced: bool


@dataclass(frozen=True)
class Shown:
    """A key that answered: its name, how often it signed by its own count, the hash of what it answered."""

    credential: str
    count: int
    answered: str


def origin():
    """The one address at whose pages keys are taken."""
    parts = urlsplit(settings.PASSKEY_ADDRESS or settings.REGISTRY_URL)
    return f"{parts.scheme}://{parts.netloc}"


def host():
    """The name that keys belong to (the RP ID of WebAuthn)."""
    return urlsplit(origin()).hostname or ""


def to_make(session, person, known):
    """What the browser is asked to make a new key of `person`, as JSON; it refuses on a device whose key is among `known`."""
    user = PublicKeyCredentialUserEntity(id=_handle(person), name=person.email, display_name=person.name)
    options, state = _server().register_begin(
        user,
        [_descriptor(one) for one in known],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _kept(session, "make", person, options, state)


def made(session, person, text):
    """The New key that the browser made when asked. Raises NotTakenError."""
    answer = _read(text)
    try:
        given = RegistrationResponse.from_dict(answer)
        state = _taken(session, "make", person, given.response.client_data.challenge)
        data = _server().register_complete(state, given)
        key = data.credential_data
        if key.public_key[3] not in ALGORITHMS:
            raise NotTakenError("its algorithm was not asked for")
        transports = [str(one)[:20] for one in (answer.get("response", {}).get("transports") or [])][:8]
        return New(websafe_encode(key.credential_id), bytes(key), data.counter, transports, data.is_backed_up())
    except MALFORMED as fault:
        raise NotTakenError(str(fault)) from fault


def to_show(session, person, known):
    """What the browser is asked to show one of the keys `known` of `person`, as JSON."""
    options, state = _server().authenticate_begin(
        [_descriptor(one) for one in known], user_verification=UserVerificationRequirement.REQUIRED
    )
    return _kept(session, "show", person, options, state)


def shown(session, person, known, text):
    """Which of the keys `known` answered. Raises NotTakenError."""
    answer = _read(text)
    try:
        given = AuthenticationResponse.from_dict(answer)
        challenge = given.response.client_data.challenge
        state = _taken(session, "show", person, challenge)
        found = _server().authenticate_complete(
            state, [AttestedCredentialData(bytes(one.public)) for one in known], given
        )
        handle = given.response.user_handle
        if handle and handle != _handle(person):
            raise NotTakenError("it is another account's")
        return Shown(
            websafe_encode(found.credential_id),
            given.response.authenticator_data.counter,
            hashlib.sha256(challenge).hexdigest(),
        )
    except MALFORMED as fault:
        raise NotTakenError(str(fault)) from fault


def _server():
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=host(), name=NAME), verify_origin=lambda given: given == origin()
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=one) for one in ALGORITHMS
    ]
    return server


def _handle(person):
    """By what a key knows its account: tells nothing of who it is."""
    return hashlib.sha256(f"passkey:{host()}:{person.pk}".encode()).digest()


def _descriptor(key):
    return PublicKeyCredentialDescriptor(
        type=PublicKeyCredentialType.PUBLIC_KEY,
        id=AttestedCredentialData(bytes(key.public)).credential_id,
        transports=key.transports or None,
    )


def _kept(session, what, person, options, state):
    """The options as JSON; the session remembers what was asked, of whom and when, and the newest few only."""
    open_ones = session.get(CHALLENGES, [])[-(MOST - 1) :]
    session[CHALLENGES] = [*open_ones, {"what": what, "person": person.pk, "at": time.time(), "state": state}]
    return json.dumps(dict(options)["publicKey"])


def _taken(session, what, person, challenge):
    """What was asked with this challenge; from here on it was never asked. Raises NotTakenError."""
    named, asked = websafe_encode(challenge), session.get(CHALLENGES, [])
    found = [one for one in asked if one["state"]["challenge"] == named]
    session[CHALLENGES] = [one for one in asked if one not in found]
    now = time.time()
    for one in found:
        if one["what"] == what and one["person"] == person.pk and 0 <= now - one["at"] <= SECONDS:
            return one["state"]
    raise NotTakenError("it was not asked for, or too long ago, or was answered before")


def _read(text):
    try:
        answer = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError) as fault:
        raise NotTakenError("no JSON") from fault
    if not isinstance(answer, dict):
        raise NotTakenError("no answer of a browser")
    return answer
