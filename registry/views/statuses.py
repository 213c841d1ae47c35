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
SCHEDULE = {
    "done": Status(pgettext_lazy("visit", "reported"), "tick", "good"),
    "not_yet": Status(pgettext_lazy("visit", "not yet"), "ring"),
    "open": Status(pgettext_lazy("visit", "open"), "ring", "active"),
    "due_soon": Status(pgettext_lazy("visit", "due soon"), "half", "active"),
    "overdue": Status(_("overdue"), "triangle", "warn"),
    "late": Status(pgettext_lazy("visit", "late"), "triangle", "bad"),
    "passed": Status(pgettext_lazy("visit", "passed"), "square"),
    "optional": Status(pgettext_lazy("visit", "optional"), "ring"),
    "not_required": Status(pgettext_lazy("form", "not required"), "ring"),
    "ended": Status(pgettext_lazy("visit", "ended"), "square"),
}
WORK = {
    "draft": Status(pgettext_lazy("work", "not saved"), "half", "active"),
    "lost": Status(pgettext_lazy("work", "possibly lost"), "triangle", "warn"),
    "unsigned": Status(pgettext_lazy("work", "unsigned"), "ring", "active"),
    "unverified": Status(pgettext_lazy("work", "not verified"), "ring", "active"),
    "opening": Status(pgettext_lazy("opening", "waits for a second person"), "half", "active"),
}
CASE = {
    "registered": Status(_("registered"), "ring"),
    "collected": Status(_("collected"), "half", "active"),
    "not_infused": Status(_("not infused"), "square"),
    "infused": Status(_("infused"), "disc", "active"),
    "relapsed": Status(_("relapsed"), "triangle", "warn"),
    "died": Status(_("died"), "diamond"),
    "withdrawn": Status(_("consent withdrawn"), "square"),
}
DATA = {  # of a case, beside where the patient stands
    "locked": Status(pgettext_lazy("form", "locked"), "square", "good"),
    "query": Status(pgettext_lazy("case", "query open"), "triangle", "warn"),
    "answered": Status(pgettext_lazy("form", "query answered"), "half", "active"),
    "signed": Status(pgettext_lazy("case", "all signed"), "tick", "good"),
    "verified": Status(pgettext_lazy("case", "all verified"), "tick", "good"),
}
SIGNATURE = {
    "standing": Status(pgettext_lazy("form", "signed"), "tick", "good"),
    "void": Status(_("signature void"), "square", "warn"),
    "broken": Status(_("signature broken"), "diamond", "bad"),
}
OPENING = {
    "asked": Status(pgettext_lazy("opening", "waits for a second person"), "half", "active"),
    "approved": Status(pgettext_lazy("opening", "opened"), "tick", "good"),
    "declined": Status(pgettext_lazy("opening", "declined"), "square"),
    "withdrawn": Status(pgettext_lazy("opening", "withdrawn"), "square"),
    "lapsed": Status(pgettext_lazy("opening", "lapsed"), "ring"),
}
ENDORSEMENT = {
    "not_yet": Status(_("not endorsed yet"), "ring", "active"),
    "stands": Status(pgettext_lazy("data", "endorsed"), "tick", "good"),
    "stale": Status(_("changed since it was endorsed"), "triangle", "warn"),
}
MILESTONE = {
    True: Status(pgettext_lazy("milestone", "open"), "half", "active"),
    False: Status(pgettext_lazy("milestone", "ended"), "square"),
}
AUDIT_FORM = {
    "waiting": Status(pgettext_lazy("audit", "waits"), "ring"),
    "begun": Status(pgettext_lazy("audit", "being entered"), "half", "active"),
    "to_judge": Status(pgettext_lazy("audit", "to be judged"), "triangle", "warn"),
    "done": Status(pgettext_lazy("audit", "compared"), "tick", "good"),
}
OUTCOME = {
    "agreed": Status(pgettext_lazy("audit", "agreed"), "tick", "good"),
    "differs": Status(pgettext_lazy("audit", "differs"), "triangle", "warn"),
    "not_stored": Status(_("missing in the registry"), "triangle", "warn"),
    "not_entered": Status(_("missing in the re-entry"), "triangle", "warn"),
}
CHECK_RUN = {
    "queued": Status(pgettext_lazy("run", "waiting"), "ring"),
    "running": Status(pgettext_lazy("run", "running"), "half", "active"),
    "done": Status(pgettext_lazy("run", "done"), "tick", "good"),
    "failed": Status(pgettext_lazy("run", "failed"), "diamond", "bad"),
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
QUERY = {
    "open": Status(pgettext_lazy("query", "open"), "triangle", "warn"),
    "answered": Status(pgettext_lazy("query", "answered"), "half", "active"),
    "closed": Status(pgettext_lazy("query", "closed"), "tick", "good"),
}
