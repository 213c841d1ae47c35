"""Every status a page can show: its word, its shape, its tone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Status:
    """A word with a shape; the tone only adds to them."""

    word: str | Promise
    shape: str
    tone: str = "quiet"


FORM = {
    "empty": Status(pgettext_lazy("form", "due"), "ring"),
    "started": Status(pgettext_lazy("form", "started"), "half", "active"),
    "error": Status(pgettext_lazy("form", "error"), "diamond", "bad"),
    "complete": Status(_("complete"), "tick", "good"),
    "query": Status(pgettext_lazy("form", "query"), "triangle", "warn"),
    "answered": Status(pgettext_lazy("form", "query answered"), "half", "active"),
    "verified": Status(pgettext_lazy("form", "verified"), "tick", "good"),
    "locked": Status(pgettext_lazy("form", "locked"), "square", "good"),
    "exempt": Status(pgettext_lazy("form", "not required"), "ring"),
    "optional": Status(_("planned"), "ring"),
}
DUE = {
    "overdue": Status(_("overdue"), "triangle", "bad"),
    "due": Status(_("due"), "ring", "active"),
    "open": Status(_("open"), "ring"),
}
CASE = {
    "registered": Status(_("registered"), "ring"),
    "collected": Status(_("collected"), "half", "active"),
    "not_infused": Status(_("not infused"), "square"),
    "infused": Status(_("infused"), "disc", "active"),
    "relapsed": Status(_("relapsed"), "triangle", "warn"),
    "died": Status(_("died"), "diamond"),
}
PERSON = {
    True: Status(pgettext_lazy("account", "active"), "disc", "good"),
    False: Status(pgettext_lazy("account", "ended"), "ring"),
}
TOKEN = {
    "alive": Status(pgettext_lazy("token", "valid"), "disc", "good"),
    "expired": Status(pgettext_lazy("token", "expired"), "ring"),
    "revoked": Status(pgettext_lazy("token", "revoked"), "square"),
}
