"""Single sign-on by OpenID Connect: the code flow with PKCE, state and nonce, and what a token of the provider must say to be believed.

Knows no accounts: actions/single_sign_on.py says whose account it is. Off unless OIDC_ISSUER is set.
"""

import secrets
import time
from dataclasses import dataclass, field

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ASKED, SECONDS, MOST = "_single_sign_on", 600, 4  # where the session keeps what was asked; how long; how many at once
SCOPE = "openid email profile"
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]  # never "none", never a shared secret
KEPT = 600  # seconds that the provider's addresses and keys are kept
PATIENCE = 5  # seconds
LEEWAY = 60  # seconds by which clocks may differ
SIGN_IN, PROOF = "sign in", "proof"
_kept: dict = {}


class NotSignedInError(Exception):
    """The provider's answer proves nothing; the text says why, for the security log."""


class NoAnswerError(NotSignedInError):
    """The provider cannot be asked."""


@dataclass(frozen=True)
class Asked:
    """What somebody was sent to the provider for."""

    purpose: str
    next: str
    state: str
    nonce: str
    verifier: str
    at: float = field(default_factory=time.time)


@dataclass(frozen=True)
class Known:
    """Whom the provider knows: its name for the person, the address, whether that was verified, whether a second factor was shown."""

    issuer: str
    subject: str
    email: str
    is_verified: bool
    has_factor: bool
    at: float  # when the person showed who they are there; 0 if it does not say


def is_on():
    """Whether there is a provider."""
    return bool(settings.OIDC_ISSUER)


def begin(session, purpose, next_page):
    """The provider's address to send the browser to. Raises NoAnswerError."""
    asked = Asked(purpose, next_page, *(secrets.token_urlsafe(32) for _one in range(3)))
    more = {"prompt": "login", "max_age": "0"} if purpose == PROOF else {}
    address, _state = _client().create_authorization_url(
        _provider()["authorization_endpoint"], asked.state, asked.verifier, nonce=asked.nonce, **more
    )
    session[ASKED] = [*session.get(ASKED, [])[-(MOST - 1) :], vars(asked)]
    return address


def finish(session, given):
    """(Asked, Known) of what the provider sent back (query of the address). What was asked is answered once. Raises NotSignedInError."""
    asked = _taken(session, given.get("state", ""))
    if given.get("error"):
        raise NotSignedInError(f"the provider says {given['error'][:60]!r}")
    if given.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        raise NotSignedInError("answered by another provider")
    return asked, _known(_token_of(asked, given.get("code", "")), asked)


def sign_out_address():
    """Where somebody ends the provider's session too; nothing if it does not say."""
    try:
        end = _provider().get("end_session_endpoint", "")
    except NoAnswerError:
        return ""
    home = settings.REGISTRY_URL + reverse("login")
    query = {"client_id": settings.OIDC_CLIENT_ID, "post_logout_redirect_uri": home}
    return requests.Request("GET", end, params=query).prepare().url if end else ""


def _taken(session, state):
    """What was asked with this state; from here on it was never asked."""
    asked = session.get(ASKED, [])
    found = [one for one in asked if state and secrets.compare_digest(one["state"].encode(), state.encode())]
    session[ASKED] = [one for one in asked if one not in found]
    if not found or not 0 <= time.time() - found[0]["at"] <= SECONDS:
        raise NotSignedInError("it was not asked for here, or too long ago, or was answered before")
    return Asked(**found[0])


def _client():
    return OAuth2Session(
        settings.OIDC_CLIENT_ID,
        settings.OIDC_CLIENT_SECRET,
        scope=SCOPE,
        redirect_uri=settings.REGISTRY_URL + reverse("single_sign_on_back"),
        code_challenge_method="S256",
        token_endpoint_auth_method=_method(),
    )


def _method():
    """How we show the provider who we are."""
    said = _provider().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_basic" if "client_secret_basic" in said else "client_secret_post"


def _token_of(asked, code):
    """The ID token for the code."""
    if not code:
        raise NotSignedInError("it sent no code")
    try:
        answer = _client().fetch_token(
            _provider()["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=asked.verifier,
            timeout=PATIENCE,
            allow_redirects=False,
        )
    except requests.RequestException as fault:
        raise NoAnswerError(f"the code could not be exchanged: {type(fault).__name__}") from fault
    except (AuthlibBaseError, ValueError) as fault:
        raise NotSignedInError(f"the code was not taken: {getattr(fault, 'error', 'no answer')}") from fault
    token = answer.get("id_token") if isinstance(answer, dict) else None
    if not isinstance(token, str):
        raise NotSignedInError("no ID token came")
    return token


def _known(token, asked):
    """Whom a signed token is about. Raises NotSignedInError."""
    claims = _claims(token)
    rules = jwt.JWTClaimsRegistry(
        leeway=LEEWAY,
        iss={"essential": True, "value": settings.OIDC_ISSUER},
        aud={"essential": True, "value": settings.OIDC_CLIENT_ID},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": asked.nonce},
    )
    try:
        rules.validate(claims)
    except JoseError as fault:
        raise NotSignedInError(f"the token is not for this: {fault}") from fault
    others = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID or (
        len(others) > 1 and "azp" not in claims
    ):
        raise NotSignedInError("the token was made for another party")
    at = claims.get("auth_time", 0)
    return Known(
        issuer=claims["iss"],
        subject=claims["sub"][:255],
        email=str(claims.get("email", "")).strip().lower(),
        is_verified=claims.get("email_verified") is True,
        has_factor=_shows_factor(claims),
        at=at if isinstance(at, int | float) else 0,
    )


def _claims(token):
    """What the token says, once its signature is one of the provider's keys; the keys are read anew for one that is not among them."""
    for is_last in (False, True):
        try:
            return jwt.decode(token, KeySet.import_key_set(_keys(anew=is_last)), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, TypeError, KeyError) as fault:
            if is_last:
                raise NotSignedInError(f"the token's signature does not hold: {type(fault).__name__}") from fault
    raise AssertionError  # the loop ends in one of both ways


def _shows_factor(claims):
    """Whether the provider says that it asked for two things: by a word of `amr` or the value of `acr` that the settings name."""
    amr = claims.get("amr")
    shown = set(amr) if isinstance(amr, list) and all(isinstance(one, str) for one in amr) else set()
    return bool(shown & set(settings.OIDC_FACTOR_AMR)) or claims.get("acr") in settings.OIDC_FACTOR_ACR


def _provider():
    """What the provider says of itself (OpenID Connect Discovery). Raises NoAnswerError."""
    said = _read(f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration")
    if said.get("issuer") != settings.OIDC_ISSUER:
        raise NoAnswerError("the provider calls itself otherwise than OIDC_ISSUER")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = said.get(name)
        if not isinstance(address, str) or (
            settings.OIDC_ISSUER.startswith("https:") and not address.startswith("https:")
        ):
            raise NoAnswerError(f"the provider names no safe {name}")
    return said


def _keys(*, anew):
    return _read(_provider()["jwks_uri"], anew=anew)


def _read(address, *, anew=False):
    """The JSON object at an address of the provider, at most ten minutes old."""
    found = _kept.get(address)
    if found and not anew and time.monotonic() - found[0] < KEPT:
        return found[1]
    try:
        answer = requests.get(address, timeout=PATIENCE, allow_redirects=False)
        answer.raise_for_status()
        said = answer.json()
    except (requests.RequestException, ValueError) as fault:
        raise NoAnswerError(f"{address} does not answer: {type(fault).__name__}") from fault
    if answer.status_code != 200 or not isinstance(said, dict):
        raise NoAnswerError(f"{address} answers something else")
    _kept[address] = time.monotonic(), said
    return said
