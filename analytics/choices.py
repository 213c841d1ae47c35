"""What a reader chooses on a dashboard: the rule, how curves are drawn, published cohorts beside them, and which dataset.

The address holds the whole choice, so that a view can be sent; what is as usual is left out of it.
"""

from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Rule → its name; the sentence of each is the endpoint's own. The first is the registry's default.
RULES = {"a": _("Registry default"), "b": _("Trial-type"), "c": _("Stringent")}
DIRECTIONS = {
    "survival": pgettext_lazy("curves", "Free of the event, falling"),
    "failure": pgettext_lazy("curves", "With the event, rising"),
}
STACKED = {"0": pgettext_lazy("competing risks", "A line each"), "1": pgettext_lazy("competing risks", "Stacked")}
PUBLISHED = {"0": pgettext_lazy("published cohorts", "Hidden"), "1": pgettext_lazy("published cohorts", "Shown")}
KNOWN = {"rule": RULES, "direction": DIRECTIONS, "stacked": STACKED, "published": PUBLISHED}


@dataclass(frozen=True)
class Choice:
    """Keys of the tables above; data: "live", or "cut:" and the name of a cut."""

    rule: str = "a"
    direction: str = "survival"
    stacked: str = "0"
    published: str = "0"
    data: str = "live"

    def query(self, **changes):
        """The choice with some changes as the query of an address: "?rule=b"; "?" when all is as usual."""
        chosen = asdict(replace(self, **changes))
        return "?" + urlencode({name: value for name, value in chosen.items() if value != getattr(USUAL, name)})


USUAL = Choice()


def choice_of(request):
    """The choice that the address makes, in either case; an unknown word counts as not said. A dataset is checked where it is read."""
    said = {name: request.GET.get(name, "").lower() for name in KNOWN}
    known = {name: word for name, word in said.items() if word in KNOWN[name]}
    return Choice(**known, data=request.GET.get("data") or USUAL.data)
