"""Nothing that leaves by REST counts the rows of all hospitals: neither entity tags nor cursors tell the numbers of rows."""

import base64
import re

from registry.access.row_security import everything_scope
from registry.models import Death
from tests import factories

TAGS = {"death": r'"death-[0-9a-f]{16}-1"', "cases": r'"case-[0-9a-f]{16}-\d+\.[0-9a-f]{12}"'}


def test_no_tag_and_no_cursor_tells_how_many_deaths_others_entered(nurse, world):
    """Two own deaths, and between them three of others: seen red with the number of the row in the tag, and the cursor only signed."""
    cases = [factories.infused_case(site) for site in (world.kyoto, *[world.osaka] * 3, world.kyoto)]
    for case in cases:
        factories.death(case, 100)
    with everything_scope(actor="tests"):
        own = [Death.objects.select_related("case").get(case=case) for case in (cases[0], cases[-1])]
    assert own[1].pk - own[0].pk == 4
    seen = set()
    for death in own:
        number = death.case.number
        for kind, path in (("death", f"death/{number}/{death.key}"), ("cases", f"cases/{number}")):
            tag = nurse.get(path).headers["ETag"]
            assert re.fullmatch(TAGS[kind], tag), tag
            seen.add(tag)
    assert len(seen) == 4, "each row has its own tag"
    cursor = nurse.get("death?limit=1").json()["next"].partition("cursor=")[2].partition("&")[0]
    parts = re.split("[:.]", cursor.replace("%3A", ":").replace("%3D", "="))
    assert not any(
        b"last" in base64.urlsafe_b64decode(one.rstrip("=") + "=" * (-len(one.rstrip("=")) % 4)) for one in parts
    )
    assert nurse.get(f"death?limit=1&cursor={cursor}").json()["results"][0]["case"] == cases[-1].number
