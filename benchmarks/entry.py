"""How many interactions a typical case needs, form by form: keys, clicks and page loads in a real browser.

The case is the synthetic patient of the demonstration with the median number of answers. Two people enter it from registration to the
last follow-up through the real pages, and both must store exactly the same answers. The ratio is plain over quick.
"""

import statistics
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test import Client, modify_settings
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

from benchmarks.save import database
from benchmarks.typists import PlainTypist, QuickTypist, Wanted
from deploy import browser
from registry.demo.enter import forms_of
from registry.demo.outcome import kato_synthetic
from registry.models import FORM_OF
from registry.record import stored_case

SEED = 20241125
HOW = "keys + clicks + page loads, in a real browser; plain: every question shown, gone through by Tab, dates as YYYY-MM-DD"


@dataclass(frozen=True)
class FormCount:
    """What one kind of form needed, all its rows together."""

    form: str
    rows: int
    answers: int
    plain: int
    quick: int

    @property
    def ratio(self):
        return self.plain / self.quick


def typical_case():
    """(patient, its forms in the order of entry): the one with the median number of answers."""
    cases = [(outcome.patient, list(forms_of(outcome, SEED))) for outcome in kato_synthetic()]
    median = statistics.median_low(_answers(forms) for _patient, forms in cases)
    return next((patient, forms) for patient, forms in cases if _answers(forms) == median)


def _answers(forms):
    return sum(len(answers) for _form, answers in forms)


def measure(forms=None):
    """Counts of each kind of form. Raises AssertionError where the two people stored different answers."""
    if not browser.find():
        print(f"Chromium is missing, so entry is not measured. {browser.HOW}")
        return []
    forms = forms or typical_case()[1]
    with database(), _server() as url, sync_playwright() as play:
        chromium = play.chromium.launch(**browser.launch())
        plain, plain_rows = enter(chromium, url, PlainTypist, "KYO", forms)
        quick, quick_rows = enter(chromium, url, QuickTypist, "OSA", forms)
        chromium.close()
    compare(forms, plain_rows, quick_rows)
    return list(_by_form(forms, plain, quick))


def show(counts):
    """The table in words."""
    lines = [f"{'form':26}{'rows':>5}{'answers':>9}{'plain':>8}{'quick':>8}{'ratio':>8}"]
    total = FormCount(
        "all forms", *(sum(getattr(one, name) for one in counts) for name in ("rows", "answers", "plain", "quick"))
    )
    lines += [
        f"{one.form:26}{one.rows:5}{one.answers:9}{one.plain:8}{one.quick:8}{one.ratio:8.2f}"
        for one in (*counts, total)
    ]
    return "\n".join(lines)


class _server:  # noqa: N801 - used as a word of a with statement
    """The pages on a free port, from this process."""

    def __enter__(self):
        self.hosts = modify_settings(ALLOWED_HOSTS={"append": "localhost"})
        self.hosts.enable()
        self.thread = LiveServerThread("localhost", StaticFilesHandler)
        self.thread.daemon = True
        self.thread.start()
        self.thread.is_ready.wait()
        if self.thread.error:
            raise self.thread.error
        return f"http://localhost:{self.thread.port}"

    def __exit__(self, *_failure):
        self.thread.terminate()
        self.hosts.disable()


def enter(chromium, url, kind, code, forms):
    """One person enters the case at one hospital: (interactions of each form, the rows stored)."""
    from tests import factories

    factories.cohort()
    hospital = factories.site(code)
    person = factories.person("coordinator", sites=[hospital])
    case = factories.enrolled_case(hospital, by=person)
    page = _signed_in(chromium, url, person)
    if kind is PlainTypist:
        page.route("**/static/js/*.js", lambda route: route.abort())
    counts = []
    for form_name, answers in forms:
        typist = kind(page)
        page.goto(f"{url}/cases/{case.number}/{form_name}/new/")
        typist.fill_in(Wanted(FORM_OF[form_name], answers, _day0(forms, form_name)))
        page.remove_listener("load", typist.listener)
        counts.append(typist.interactions)
    return counts, _rows(case)


def _day0(forms, form_name):
    """The day of infusion, once it is stored."""
    names = [name for name, _answers in forms]
    day0 = dict(forms).get("infusion", {}).get("inf_date")
    return day0 if day0 and names.index(form_name) > names.index("infusion") else None


def _signed_in(chromium, url, person):
    client = Client()
    client.force_login(person)
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": url}])
    return context.new_page()


def _rows(case):
    from registry.access.row_security import everything_scope

    with everything_scope(actor="bench"):
        return [(form.form_name, form.key, form.answers()) for form in stored_case(case).forms]


def compare(forms, plain, quick):
    """Both stored every form, with the same answers; the hospital number's fingerprint differs by hospital."""
    assert len(plain) == len(quick) == len(forms), (len(plain), len(quick), len(forms))
    for (name, key, one), (_name, _key, other) in zip(plain, quick, strict=True):
        unlike = {item: (one[item], other[item]) for item in one if item != "mrn_hash" and one[item] != other[item]}
        assert not unlike, f"{name} {key}: {unlike}"
    for form_name, answers in forms:
        rows = [row for name, _key, row in quick if name == form_name]
        wanted = {item: answer for item, answer in answers.items() if item != "mrn_hash"}
        assert any(all(row[item] == answer for item, answer in wanted.items()) for row in rows), (
            form_name,
            wanted,
            rows,
        )


def _by_form(forms, plain, quick):
    counts = defaultdict(list)
    for (form_name, answers), slow, fast in zip(forms, plain, quick, strict=True):
        counts[form_name].append((len(answers), slow, fast))
    for form_name, rows in counts.items():
        yield FormCount(form_name, len(rows), *(sum(column) for column in zip(*rows, strict=True)))
