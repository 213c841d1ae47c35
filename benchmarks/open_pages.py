"""Open dashboards without a browser: each holds an event stream and, told that something is new, fetches as static/js/dashboard.js does."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.asking import asked, opened

GATHERED = 0.15  # s, BURST of dashboard.js
NEAR = 4  # panels that a screen shows
PATH = "/dashboards/tisagenlecleucel/"
EVENTS = "/events/dashboards/tisagenlecleucel"


@dataclass
class Page:
    """One open dashboard. `told` and `answered`: when a refresh was announced, and (kind, when, seconds, status, bytes) of each answer."""

    session: str
    tags: dict = field(default_factory=dict)
    digests: dict = field(default_factory=dict)
    told: list = field(default_factory=list)
    answered: list = field(default_factory=list)
    is_connected: bool = False
    ended: float | None = None


class OpenPages:
    """`count` dashboards of one person, open until `close()`, in a thread of their own. fetches: whether they ask when told."""

    def __init__(self, url, sessions, *, fetches=True):
        parts = urlsplit(url)
        self.place = (parts.hostname, parts.port)
        self.pages = [Page(session) for session in sessions]
        self.fetches = fetches
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.tasks = [asyncio.run_coroutine_threadsafe(self._live(page), self.loop) for page in self.pages]

    def close(self):
        """Leave all."""
        asyncio.run_coroutine_threadsafe(self._leave(), self.loop).result(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()

    async def _leave(self):
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _live(self, page):
        if self.fetches:
            await self._refresh(page)
        headers = {"Accept": "text/event-stream", "Cookie": f"sessionid={page.session}"}
        reader, writer, status, _found = await opened(self.place, "GET", EVENTS, headers)
        if status == 200:
            page.is_connected = True
            asking = None
            while line := await reader.readline():
                if line.startswith(b"event: refresh"):
                    page.told.append(time.monotonic())
                    if self.fetches and (asking is None or asking.done()):
                        asking = asyncio.create_task(self._soon(page))
        page.ended = time.monotonic()
        writer.close()

    async def _soon(self, page):
        """Ask once for all that is told meanwhile, and again if more came while asking."""
        last = None
        while last != len(page.told):
            last = len(page.told)
            await asyncio.sleep(GATHERED)
            await self._refresh(page)

    async def _refresh(self, page):
        body = await self._get(page, "state", f"{PATH}state/")
        if body is None:
            return
        changed = {
            name: digest for name, digest in json.loads(body)["panels"].items() if page.digests.get(name) != digest
        }
        for some in (list(changed)[:NEAR], list(changed)[NEAR:]):  # those before the reader's eyes, then the others
            if some:
                of = ",".join(f"{name}:wide" for name in some)
                shown = await self._get(page, f"panels {' '.join(some)}", f"{PATH}panels/?of={of}&theme=light")
                page.digests |= (
                    {one["panel"]: one["digest"] for one in json.loads(shown)["panels"]} if shown else changed
                )

    async def _get(self, page, kind, path):
        """The body, None for 304."""
        began = time.monotonic()
        headers = {"Accept": "application/json", "Cookie": f"sessionid={page.session}"}
        if path in page.tags:
            headers["If-None-Match"] = page.tags[path]
        status, found, body = await asked(self.place, "GET", path, headers)
        page.answered.append((kind, time.monotonic(), time.monotonic() - began, status, len(body)))
        page.tags[path] = found.get("etag", "")
        return body if status == 200 else None
