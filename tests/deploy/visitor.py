"""A browser without a screen that asks another replica each time: cookies, hidden fields, redirects by hand."""

import contextlib
import http.client
import itertools
import json
import re
import ssl
import time
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pyotp

from tests.factories import PASSWORD


class Hidden(HTMLParser):
    """The hidden fields of the form that has `mark` among its attributes, and those attributes."""

    def __init__(self, mark):
        super().__init__()
        self.mark, self.attributes, self.fields, self.inside = mark, {}, {}, False

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "form" and self.mark in found:
            self.inside, self.attributes = True, found
        if tag == "input" and self.inside and found.get("type") == "hidden":
            self.fields[found["name"]] = found.get("value", "")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "form"


class Visitor:
    """One person at https://localhost behind the proxy."""

    def __init__(self, proxy, certificate, email):
        self.proxy, self.email, self.cookies, self.at = proxy, email, SimpleCookie(), "/"
        self.context = ssl.create_default_context(cafile=str(certificate))
        self.turn = itertools.cycle((0, 1))

    def ask(self, method, path, body=None, **headers):
        """(response, connection) of one request to the replica whose turn it is; the body is not read yet."""
        line = http.client.HTTPSConnection("localhost", self.proxy.port, context=self.context, timeout=60)
        home = f"https://localhost:{self.proxy.port}"
        sent = {
            "X-Replica": str(next(self.turn)),
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            "Referer": home + self.at,
            **headers,
        }
        if body is not None:
            body = urlencode({**body, "csrfmiddlewaretoken": self.cookies["__Host-csrf"].value})
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, path, body, sent)
        answer = line.getresponse()
        for header in answer.headers.get_all("Set-Cookie", ()):
            self.cookies.load(header)
        return answer, line

    def get(self, path, **headers):
        """(status, text) of a page."""
        answer, line = self.ask("GET", path, **headers)
        self.at = path
        with contextlib.closing(line):
            return answer.status, answer.read().decode()

    def post(self, path, body, **headers):
        """(status, text, where it leads) of what was sent."""
        answer, line = self.ask("POST", path, body, **headers)
        with contextlib.closing(line):
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")

    def json(self, path):
        """What an address says in JSON."""
        status, text = self.get(path)
        assert status == 200, text
        return json.loads(text)

    def form(self, path, mark="data-entry"):
        """The form of a page: (attributes, hidden fields)."""
        status, text = self.get(path)
        assert status == 200, text
        found = Hidden(mark)
        found.feed(text)
        return found.attributes, found.fields

    def choose_password(self, text):
        """Follow the link that stands in `text`, a letter or what a command printed."""
        path = re.search(r"https://localhost(/accounts/password/[\w-]+/)", text)[1]
        status, _text, place = self.lead(path)
        assert (status, place) == (302, "/accounts/password/new/")
        assert self.get(place)[0] == 200
        status, text, place = self.post(place, {"password": PASSWORD, "again": PASSWORD})
        assert (status, place) == (302, "/accounts/login/"), text

    def lead(self, path):
        """(status, text, where it leads) of a page."""
        answer, line = self.ask("GET", path)
        with contextlib.closing(line):
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")

    def sign_in(self):
        """Password on one replica, the first code of a new app on the other."""
        status, text = self.get("/accounts/login/")
        assert status == 200, text
        status, _text, place = self.post("/accounts/login/", {"username": self.email, "password": PASSWORD})
        assert status == 302, _text
        _status, page = self.get(place)
        secret = page.partition("<code")[2].partition(">")[2].partition("<")[0].replace(" ", "").strip()
        status, text, _place = self.post(place, {"code": pyotp.TOTP(secret).now(), "label": "phone"})
        assert status in (200, 302), text


class Stream:
    """An open event stream of a visitor."""

    def __init__(self, visitor, path):
        self.answer, self.line = visitor.ask("GET", path, Accept="text/event-stream")

    def heard(self, words, seconds=180):
        """Wait for a line with `words` in it; False when it did not come, or the stream ended."""
        stop = time.monotonic() + seconds
        while time.monotonic() < stop and (text := self.answer.readline()):  # it sends something every 15 s
            if words.encode() in text:
                return True
        return False

    def close(self):
        self.line.close()
