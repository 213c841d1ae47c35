"""A hospital's own page keeps itself current: a release reaches it by the registry's own stream, and changes what it says in place."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from analytics import actions, actions_of_releases
from tests import factories
from tests.analytics.test_consent_in_datasets import as_worker

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def issue():
    """As the worker does after a change."""
    as_worker(actions.build_datasets)
    as_worker(actions_of_releases.issue_releases)


def test_a_release_changes_the_open_page_in_place(processes, new_context):
    kyoto = factories.site("KYO", "Kyoto")
    nurse = factories.person("coordinator", sites=[kyoto])
    factories.death(factories.infused_case(kyoto), 100)
    issue()
    processes.start("web")
    client = Client()
    client.force_login(nurse)
    context = new_context(base_url=processes.url, viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": processes.url}])
    page = context.new_page()
    faults = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    with page.expect_request("**/events/own-site/KYO"):
        page.goto("/own-site/")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")
    texts = page.locator("#os [data-texts]")
    before = texts.inner_text()
    page.evaluate("() => { window.isTheSamePage = true; }")

    factories.follow_up(factories.infused_case(kyoto), 700)
    issue()

    expect(texts).not_to_have_text(before, use_inner_text=True, timeout=30_000)
    expect(page.locator("[data-announce]")).not_to_be_empty()
    assert page.evaluate("() => window.isTheSamePage")
    assert not faults
