"""A lead freezes a cut, a coordinator enters a death: the cut stays, live moves, the comparison names the case, the report is downloaded.

Real web server, worker, sweeper and browser. `LOOK_AT=<folder>` keeps pictures of the pages in both widths.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_save_to_curve import faults, signed_in, world  # noqa: F401 - fixtures
from tests.factories import day

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
CUT = "/datasets/tisagenlecleucel/cuts/asco-2027/"
COMPARE = "/datasets/tisagenlecleucel/compare/?a=cut:asco-2027&b=live"
LONG = 120_000  # ms that a busy machine may take for the catalogue


def looked_at(page, name):
    """Keep pictures of the page for somebody to look at, if a folder is named."""
    folder = os.environ.get("LOOK_AT")
    if folder:
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(600)
            page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size({"width": 1440, "height": 900})


def until_there(page, what):
    """Load the page anew until it shows this."""
    for _time in range(LONG // 2000):
        if what.count():
            break
        page.wait_for_timeout(2000)
        page.reload()
    expect(what).to_be_visible()


def test_a_cut_stays_while_live_moves_and_the_comparison_names_the_case(world, new_context, faults, tmp_path):  # noqa: F811
    processes, nurse, lead = world
    theirs = signed_in(new_context, processes.url, lead, faults)
    theirs.goto("/datasets/")
    until_there(theirs, theirs.get_by_text("Freeze a cut"))  # the first live revision names the cohort
    theirs.get_by_text("Freeze a cut").click()
    looked_at(theirs, "datasets")
    theirs.get_by_label("Name, such as asco-2027").fill("asco-2027")
    theirs.get_by_label("Day; later events are not in it").fill(day(450).isoformat())
    theirs.get_by_label("What for").fill("Abstract <b>ASCO</b>")
    theirs.get_by_role("button", name="Freeze cut").press("Enter")
    expect(theirs).to_have_url(f"{processes.url}{CUT}")
    looked_at(theirs, "cut-at-work")
    expect(theirs.get_by_role("link", name="Overall survival after infusion")).to_be_visible(timeout=LONG)
    expect(theirs.locator("[data-cut-state]")).to_have_count(0, timeout=LONG)
    expect(theirs.get_by_text("Abstract <b>ASCO</b>")).to_be_visible()
    frozen = theirs.get_by_role("row", name="Overall survival after infusion").text_content()

    mine = signed_in(new_context, processes.url, nurse, faults)
    mine.goto("/cases/KYO-0002/death/new/")
    mine.locator("[name=death_date]").fill(day(420).isoformat())
    mine.locator("[name=death_date]").press("Control+s")
    expect(mine.locator("[data-saved]").or_(mine.locator(".messages")).first).to_be_visible()

    theirs.goto(COMPARE)
    row = theirs.get_by_role("row", name="KYO-0002")
    until_there(theirs, row)
    expect(row).to_contain_text("death")
    expect(theirs.locator("#of-os")).to_be_visible()
    expect(theirs.get_by_role("link", name="KYO-0002")).to_have_attribute("href", "/cases/KYO-0002/")
    expect(theirs.locator("details:has(#of-os) .js-plotly-plot")).to_be_visible(timeout=LONG)
    looked_at(theirs, "compare")

    theirs.goto(CUT)
    assert theirs.get_by_role("row", name="Overall survival after infusion").text_content() == frozen
    theirs.get_by_role("button", name="Verify").click()
    expect(theirs.get_by_text("as frozen")).to_be_visible(timeout=LONG)
    theirs.get_by_role("button", name="Write report").click()
    link = theirs.get_by_role("link", name="Report (PDF)")
    expect(link).to_be_visible(timeout=LONG)
    looked_at(theirs, "cut")
    with theirs.expect_download() as download:
        link.click()
    path = tmp_path / "report.pdf"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"%PDF-") and download.value.suggested_filename.endswith(".pdf")
    with theirs.expect_download() as download:
        theirs.get_by_role("link", name="Report (HTML)").click()
    whole = tmp_path / "report.html"
    download.value.save_as(whole)
    if folder := os.environ.get("LOOK_AT"):
        (Path(folder) / "report.pdf").write_bytes(path.read_bytes())
        (Path(folder) / "report.html").write_bytes(whole.read_bytes())
    asked = []
    alone = new_context().new_page()
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(f"file://{whole}")
    expect(alone.get_by_role("heading", name="Overall survival after infusion")).to_be_visible()
    assert not [url for url in asked if not url.startswith(("file:", "data:"))], "the report fetches nothing"
