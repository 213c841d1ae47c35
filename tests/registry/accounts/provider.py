"""A small OpenID provider: real HTTP on the loopback, real RSA keys, codes that work once, PKCE that is checked; `says` makes it lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, WORD = "registry", "the-secret-of-the-registry"


class Provider:
    """One provider. `claims` are of whoever signs in there; `says` replaces claims of the next tokens; `signed_by` is a key, "none" or "word"."""

    def __init__(self):
        self.key, self.foreign = (RSAKey.generate_key(2048, {"kid": name}) for name in ("own", "foreign"))
        self.claims, self.says, self.signed_by, self.codes, self.asked = {}, {}, self.key, {}, []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.token(self)

            def log_message(self, *words):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, handler):
        """What it says of itself, its keys, and the page of signing in, which asks nothing and sends back."""
        at = urlsplit(handler.path)
        if at.path == "/.well-known/openid-configuration":
            return send(handler, 200, {
                "issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys",
                "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
                "end_session_endpoint": f"{self.issuer}/end",
            })  # fmt: skip
        if at.path == "/keys":
            return send(handler, 200, {"keys": [self.key.as_dict(private=False)]})
        query = dict(parse_qsl(at.query))
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        handler.send_response(302)
        back = urlencode({"code": code, "state": query["state"], "iss": self.issuer})
        handler.send_header("Location", f"{query['redirect_uri']}?{back}")
        handler.end_headers()
        return None

    def token(self, handler):
        """An ID token for a code: once, for the client that knows its word and the verifier."""
        sent = {
            name: values[0]
            for name, values in parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode()).items()
        }
        asked = self.codes.pop(sent.get("code", ""), None)
        word = base64.b64encode(f"{CLIENT}:{WORD}".encode()).decode()
        hashed = (
            base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if (
            asked is None
            or handler.headers.get("Authorization") != f"Basic {word}"
            or (asked["code_challenge_method"], asked["code_challenge"]) != ("S256", hashed)
            or asked["redirect_uri"] != sent.get("redirect_uri")
        ):
            return send(handler, 400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": now + 60,
            "iat": now,
            "auth_time": now,
            "nonce": asked["nonce"],
            **self.claims,
            **self.says,
        }
        return send(handler, 200, {"access_token": "a", "token_type": "Bearer", "id_token": self.signed(claims)})

    def signed(self, claims):
        """The token."""
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.signed_by == "none":
            parts = ({"alg": "none"}, claims)
            return (
                ".".join(base64.urlsafe_b64encode(json.dumps(one).encode()).rstrip(b"=").decode() for one in parts)
                + "."
            )
        if self.signed_by == "word":  # with the public key, or the client's word, as a shared secret
            return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(WORD * 2))
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.signed_by)

    def sign_in(self, browser, address="/accounts/single-sign-on/?next=/cases/"):
        """The answer of the registry to somebody who comes back from the provider."""
        return browser.get(self.back(browser, address))

    def back(self, browser, address="/accounts/single-sign-on/?next=/cases/"):
        """Where the provider sends the browser back to."""
        there = requests.get(browser.get(address).url, allow_redirects=False, timeout=5).headers["Location"]
        return there.removeprefix("http://testserver")


def send(handler, status, body):
    """JSON."""
    content = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)
