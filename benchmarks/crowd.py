"""People who use the registry at the same time: coordinators who type and save, leads who watch, others who take rows and results.

Each waits between two acts as people do; what they do and when follows from a seed. Every request is noted with what it was for.
"""

import asyncio
import random
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from benchmarks.asking import asked
from benchmarks.open_pages import OpenPages

PAUSE = (2.0, 8.0)  # seconds between two acts of one person
OF_TEN = {"coordinator": 6, "lead": 2, "manager": 1, "statistician": 1}
BY_TOKEN = ("manager", "statistician")
CSRF = "x" * 32
NONCE = re.compile(rb'name="nonce" value="([^"]+)"')
FIRST_DAY = (2025, 6)
REFUSED = "refused: too many at once"


@dataclass
class Person:
    """One of the crowd. key: of a session, or a token of those who take data; cases: numbers that a coordinator works on."""

    role: str
    key: str
    cases: tuple = ()
    draws: random.Random = None


@dataclass
class Noted:
    """What was asked: seconds by kind of act, and how often an answer was not what it should be."""

    seconds: dict = field(default_factory=dict)
    wrong: Counter = field(default_factory=Counter)

    def note(self, kind, seconds, status, *, good):
        if status in good:
            self.seconds.setdefault(kind, []).append(seconds)
        elif status in (429, 503):
            self.wrong[f"{kind}, {REFUSED}"] += 1
        else:
            self.wrong[f"{kind}, {status}"] += 1


class Crowd:
    """These people at work on the servers at `urls`, in a thread of their own, until `leave()`."""

    def __init__(self, urls, people):
        self.places = [(parts.hostname, parts.port) for parts in map(urlsplit, urls)]
        self.noted = Noted()
        self.watched = [
            OpenPages(url, [one.key for one in people if one.role == "lead"][number :: len(urls)])
            for number, url in enumerate(urls)
        ]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.tasks = [  # the loop itself holds them by weak references only
            asyncio.run_coroutine_threadsafe(self._work(number, person), self.loop)
            for number, person in enumerate(people)
        ]

    def begin_anew(self):
        """Forget what was noted so far: the crowd has come in."""
        self.noted = Noted()
        for one in self.watched:
            for page in one.pages:
                page.answered.clear()

    def leave(self):
        """All go home. Returns what was noted, the panels that dashboards fetched by themselves among it."""
        for one in self.watched:
            one.close()
            for page in one.pages:
                for kind, _when, seconds, status, _size in page.answered:
                    self.noted.note(f"refresh: {kind.partition(' ')[0]}", seconds, status, good=(200, 304))
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result(60)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        return self.noted

    async def _end(self):
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _work(self, number, person):
        place = self.places[number % len(self.places)]
        acts = {"coordinator": _coordinate, "lead": _lead, "manager": _rows, "statistician": _results, "reader": _read}[
            person.role
        ]
        await asyncio.sleep(person.draws.uniform(0, PAUSE[1]))  # they do not all come in at the same moment
        while True:
            await acts(_Desk(self, place, person))


class _Desk:
    """A person's place at one server: asks, notes, waits."""

    def __init__(self, crowd, place, person):
        self.crowd, self.place, self.person = crowd, place, person

    async def get(self, kind, path, *, good=(200,), headers=None):
        """GET; the body. Then a pause."""
        return await self._do(kind, "GET", path, good, headers or {})

    async def post(self, kind, path, answers, *, good=(200,)):
        """POST of a form; the body. Then a pause."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._do(kind, "POST", path, good, headers, urlencode(answers).encode())

    async def _do(self, kind, method, path, good, headers, body=b""):
        began = time.monotonic()
        try:
            status, _found, content = await asked(self.place, method, path, {**self._who(), **headers}, body)
        except (OSError, IndexError, ValueError) as failure:
            status, content = type(failure).__name__, b""
        self.crowd.noted.note(kind, time.monotonic() - began, status, good=good)
        await asyncio.sleep(self.person.draws.uniform(*PAUSE))
        return content

    def _who(self):
        if self.person.role in BY_TOKEN:
            return {"Authorization": f"Bearer {self.person.key}"}
        return {"Cookie": f"sessionid={self.person.key}; csrftoken={CSRF}"} if self.person.key else {}


async def _coordinate(desk):
    """From the worklist to a case and a new follow-up: typed, checked and kept while it is typed, saved."""
    number = desk.person.draws.choice(desk.person.cases)
    await desk.get("worklist", "/worklist/")
    await desk.get("case", f"/cases/{number}/")
    form = f"/cases/{number}/follow_up/new/"
    page = await desk.get("form", form)
    nonce = NONCE.search(page)
    year, month = FIRST_DAY
    day = f"{year}-{desk.person.draws.randint(month, 12):02}-{desk.person.draws.randint(1, 28):02}"
    answers = {
        "csrfmiddlewaretoken": CSRF,
        "version": "0",
        "nonce": nonce[1].decode() if nonce else secrets.token_hex(8),
        "fup_date": day,
    }
    await desk.post("check while typing", f"{form}check/", answers)
    answers |= {"vital_status": "1", "last_disease_date": day}
    await desk.post("draft while typing", f"{form}draft/", answers, good=(200, 409))
    await desk.post("check while typing", f"{form}check/", answers)
    await desk.post("save", form, {**answers, "go": "save"}, good=(302,))


async def _lead(desk):
    """Opens the dashboard now and then; its figures come and are renewed by themselves (`OpenPages`)."""
    await desk.get("dashboard", "/dashboards/tisagenlecleucel/")
    await asyncio.sleep(desk.person.draws.uniform(*PAUSE))


async def _rows(desk):
    """The list page by page, a whole form as a stream."""
    await desk.get("REST page", "/api/v1/cases?limit=200")
    await desk.get("REST stream", "/api/v1/follow_up?format=csv")


async def _results(desk):
    """What stands behind a curve."""
    await desk.get("REST result", "/api/v1/results/os/")
    await desk.get("REST result data", "/api/v1/results/os/data/")


async def _read(desk):
    """The reference's page."""
    await desk.get("bare page", "/")
