"""A security key in Python (CTAP's answers, ES256): what a browser would send for it, and what an attacker would."""

import base64
import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw):
    """As WebAuthn writes bytes in JSON."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class SecurityKey:
    """One key of one account. `flags`, `origin` and `host` are what it says; the defaults are honest for the tests' address."""

    def __init__(self, *, host="testserver", origin="http://testserver"):
        self.host, self.origin, self.count, self.flags = host, origin, 0, PRESENT | VERIFIED
        self.name, self.secret = os.urandom(32), ec.generate_private_key(ec.SECP256R1())

    def _head(self, *, more=0, data=None):
        self.count += 1
        told = hashlib.sha256(self.host.encode()).digest()
        return AuthenticatorData.create(told, self.flags | more, self.count, data if data else b"")

    def _client(self, kind, challenge):
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response):
        return json.dumps({"id": text(self.name), "rawId": text(self.name), "type": "public-key", "response": response})

    def make(self, options):
        """What the browser answers to `options` (JSON) when asked to make a key."""
        public = ES256.from_cryptography_key(self.secret.public_key())
        data = AttestedCredentialData.create(bytes(16), self.name, public)
        made = AttestationObject.create("none", self._head(more=ATTESTED, data=data), {})
        client = self._client("create", json.loads(options)["challenge"])
        return self._answer(clientDataJSON=text(client), attestationObject=text(bytes(made)), transports=["usb"])

    def show(self, options):
        """What the browser answers to `options` (JSON) when asked to show the key."""
        client, head = self._client("get", json.loads(options)["challenge"]), self._head()
        signed = self.secret.sign(bytes(head) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=text(client), authenticatorData=text(bytes(head)), signature=text(signed))
