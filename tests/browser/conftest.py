"""The browser of somebody who is signed in, at an address of the case."""

import pytest
from axe_playwright_python.sync_playwright import Axe

CASE = "/cases/KYO-0001/"


@pytest.fixture
def opened(new_context, live_server, world, client):
    """A function: the browser of `world`, a person, at an address of the case, able to run axe-core; `page.faults` are its errors."""

    def open_at(address, *, language="en-GB", **words):
        client.force_login(world)
        context = new_context(locale=language, **{"viewport": {"width": 1440, "height": 900}, **words})
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        context.add_init_script(Axe().axe_script)
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.on("console", lambda message: message.type == "error" and page.faults.append(message.text))
        page.goto(f"{live_server.url}{CASE}{address}")
        return page

    return open_at
