"""From a save to the pixel with fifty dashboards open: a real browser and 49 that fetch as it does; and what an open page costs.

Real web server, worker, sweeper, PostgreSQL and Redis. The reference is the same save with no dashboard open, up to its stored result.
"""

import os
import statistics
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import redis
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import sync_playwright

from benchmarks import many_cases
from benchmarks.open_pages import PATH, OpenPages
from benchmarks.save import database
from deploy import browser, servers
from registry.access.row_security import everything_scope

SIZES, OPEN = (42, 1_000, 10_000), 50
IDLE = (50, 500)
REFERENCE = "the same save with no dashboard open, to its stored result"
NAMES = ("build", "run", "push", "reach", "draw", "total", "all", "pages")
HEAD = f"{'cases':>8}" + "".join(f"{name:>8}" for name in NAMES) + "   ratio  state panels  requests"
WATCH = """() => {
  const figure = document.querySelector("[data-panel=os] .js-plotly-plot");
  window.drawnAt = [];
  figure.on("plotly_afterplot", () => window.drawnAt.push(Date.now() / 1000));
}"""
FETCHED = """() => performance.getEntriesByType("resource").filter((one) => one.name.includes("/panels/") && /[/=,]os[/:]/.test(decodeURIComponent(one.name)))
  .map((one) => (performance.timeOrigin + one.responseEnd) / 1000)"""


@dataclass(frozen=True)
class Parts:
    """Seconds of each part of the way, for a registry of so many cases: build + run + reach + draw = total.

    build  from the save to the dataset made
    run    to the stored result
    reach  to the panel's answer in the browser; `push`, until half of the 49 were told, is a part of it
    draw   to the drawn figure
    all    from the save until the last result of the dashboard was stored
    pages  from the save until the last of the 49 had all panels
    """

    cases: int
    alone: float
    build: float
    run: float
    push: float
    reach: float
    draw: float
    total: float
    all: float
    pages: float
    state_ms: float
    panels_ms: float
    requests: int


def _empty_redis():
    """Empty the Redis of this benchmark; never the one that tests share (var/test/env names it)."""
    shared = servers.var() / "test/env"
    if shared.exists() and f"REDIS_URL={settings.REDIS_URL}\n" in shared.read_text(encoding="utf-8"):
        raise SystemExit("This Redis is shared by tests: run the benchmark by make bench, which starts its own.")
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


class live_registry:  # noqa: N801 - used as a word of a with statement
    """A registry with so many cases whose processes run, live; yields (processes, the lead's sessions by number)."""

    def __init__(self, cases):
        self.cases = cases

    def __enter__(self):
        from tests.processes import Processes

        self.database = database()
        self.database.__enter__()
        _empty_redis()
        self.cohort = many_cases.enter(self.cases) if self.cases else None
        self.processes = Processes(Path(tempfile.mkdtemp(prefix="bench-live-")))
        for name in ("worker", "sweeper", "web"):
            self.processes.start(name)
        if self.cases:
            self.wait_until_live()
        return self

    def __exit__(self, *failure):
        self.processes.end()
        self.database.__exit__(*failure)

    def sessions(self, count):
        """Keys of sessions of one lead."""
        from registry.models import Person
        from tests.factories import person

        lead = Person.objects.filter(role="lead").first() or person("lead")
        found = []
        for _number in range(count):
            client = Client()
            client.force_login(lead)
            found.append(client.cookies["sessionid"].value)
        return found

    def wait_until_live(self):
        """Until every change is in every result."""
        from analytics import read
        from analytics.models import Dataset
        from tests.processes import until

        def live():
            with everything_scope(actor="bench"):
                return Dataset.objects.exists() and read.live_state(self.cohort.code)["state"] == "live"

        until(live, 1_800, "the registry did not become live")

    def save(self, number):
        """Another case; the moment at which it was stored."""
        from registry.demo.cohort import random_outcomes
        from registry.demo.consortium import demo_sites
        from registry.demo.enter import enter_case

        site = list(demo_sites())[-1]
        outcome = random_outcomes(many_cases.ENTERED + number, many_cases.SEED + 1)[-1]
        enter_case(outcome, seed=many_cases.SEED + 1, site=site, cohort=self.cohort, by=many_cases.BY)
        return time.time()

    def moments(self):
        """When the newest dataset was made, when its overall survival was stored, and when the last of its results."""
        from analytics.models import AnalysisRun

        with everything_scope(actor="bench"):
            run = AnalysisRun.objects.filter(analysis="os", state="done").select_related("dataset").order_by("-pk")[0]
            last = AnalysisRun.objects.filter(dataset=run.dataset, state="done").order_by("-ended_at")[0]
        return run.dataset.made_at.timestamp(), run.ended_at.timestamp(), last.ended_at.timestamp()


def measured(cases):
    """Parts of a registry with so many cases."""
    with live_registry(cases) as registry:
        saved = registry.save(1)
        registry.wait_until_live()
        alone = registry.moments()[1] - saved
        own, *others = registry.sessions(OPEN)
        with sync_playwright() as play:
            chromium = play.chromium.launch(**browser.launch())
            page = _opened(chromium, registry.processes.url, own)
            pages = OpenPages(registry.processes.url, others)
            _until(lambda: all(one.is_connected for one in pages.pages), page)
            page.wait_for_timeout(2_000)
            for one in pages.pages:
                one.told.clear()
                one.answered.clear()
            page.evaluate(WATCH)
            before = len(page.evaluate(FETCHED))
            saved = registry.save(2)
            _until(
                lambda: len(page.evaluate(FETCHED)) > before and page.evaluate("() => window.drawnAt.length > 0"), page
            )
            fetched, drawn = page.evaluate(FETCHED)[before], page.evaluate("() => window.drawnAt[0]")
            registry.wait_until_live()
            page.wait_for_timeout(3_000)
            pages.close()
            chromium.close()
            connections.close_all()  # Playwright's loop has connections of its own; the next size has another database
        return _parts(cases, alone, saved, registry.moments(), fetched, drawn, pages)


def _parts(cases, alone, saved, moments, fetched, drawn, pages):
    made, ended, last = moments
    offset = time.time() - time.monotonic()
    told = statistics.median(
        min(moment + offset for moment in one.told if moment + offset >= ended) for one in pages.pages
    )
    answered = [one for page in pages.pages for one in page.answered]
    states = [seconds for kind, _at, seconds, _status, _bytes in answered if kind == "state"]
    panels = [seconds for kind, _at, seconds, _status, _bytes in answered if kind != "state"]
    return Parts(
        cases,
        alone=alone,
        build=made - saved,
        run=ended - made,
        push=told - ended,
        reach=fetched - ended,
        draw=drawn - fetched,
        total=drawn - saved,
        all=last - saved,
        pages=max(at for _kind, at, *_rest in answered) + offset - saved,
        state_ms=1000 * statistics.median(states),
        panels_ms=1000 * statistics.median(panels),
        requests=len(answered),
    )


def _opened(chromium, url, session):
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
    page = context.new_page()
    page.goto(f"{url}{PATH}", timeout=300_000)
    page.locator("[data-panel=os] .js-plotly-plot").wait_for(timeout=300_000)
    page.locator("[data-live-state][data-state=live]").wait_for(timeout=300_000)
    return page


def _until(holds, page, seconds=1_200):
    stop = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < stop, "nothing arrived"
        page.wait_for_timeout(20)


def idle_kilobytes():
    """Open streams → kilobytes that each adds to the web process."""
    with live_registry(0) as registry:
        process, (session,) = registry.processes.running["web"].pid, registry.sessions(1)
        OpenPages(registry.processes.url, [session] * 5, fetches=False).close()
        time.sleep(2)
        found, before = {}, _resident(process)
        for count in IDLE:
            pages = OpenPages(registry.processes.url, [session] * count, fetches=False)
            while not all(one.is_connected for one in pages.pages):
                time.sleep(0.1)
            time.sleep(2)
            found[count] = (_resident(process) - before) / count
            pages.close()
            time.sleep(2)
        return found


def _resident(process):
    """Kilobytes of the process in memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def line(one):
    """The figures of one size under HEAD."""
    seconds = "".join(f"{getattr(one, name):8.2f}" for name in NAMES)
    return f"{one.cases:8,}{seconds}{one.total / one.alone:8.2f}{one.state_ms:5.0f} ms{one.panels_ms:4.0f} ms{one.requests:10,}"


def as_json(parts, kilobytes):
    """The figures as stored."""
    rows = [{**asdict(one), "ratio": one.total / one.alone, "reference": REFERENCE} for one in parts]
    return {"open": OPEN, "cores": os.cpu_count(), "sizes": rows, "kilobytes_of_an_idle_stream": kilobytes}
