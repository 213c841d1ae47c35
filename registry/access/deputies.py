"""Who may stand in for whom, and what a request is while somebody does: the other's role and sites, one's own name."""

from django.contrib import messages
from django.utils.translation import gettext as _

from registry.access.sessions import STANDS_IN
from registry.models import Deputy

# Within one of these somebody may work in another's place. Whoever reviews data does not enter it in a colleague's place, and whoever
# manages people sees no patient in anybody's.
BENCHES = ({"coordinator", "investigator"}, {"manager", "lead", "statistician"}, {"administrator"})


def may_stand_in(person, other):
    """Whether `other` could be the deputy of `person`: of the same kind of work, at hospitals at one of theirs at least."""
    if other.pk == person.pk or not other.is_active:
        return False
    bench = next(one for one in BENCHES if person.role in one)
    if other.role not in bench:
        return False
    if "coordinator" not in bench:
        return True
    return bool({site.pk for site in person.sites.all()} & {site.pk for site in other.sites.all()})


def put_in_place(session, person):
    """Let `person`, of this session, work in the place that the session says, for this request. False where that time is over."""
    pk = session.get(STANDS_IN)
    if not pk:
        return True
    deputy = Deputy.objects.select_related("person").filter(pk=pk, deputy=person).first()
    if deputy is None or not deputy.is_now or not may_stand_in(deputy.person, person):
        return False
    person.stand_in(deputy)
    return True


def place_of(session):
    """In whose place a session works, for what is sent after its request has ended."""
    return {STANDS_IN: session.get(STANDS_IN)}


class DeputyMiddleware:
    """Whoever works in somebody's place does so with each request anew; once that time is over, the session is one's own again."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        is_asked = (
            STANDS_IN in request.session and not getattr(request, "token", None) and request.user.is_authenticated
        )
        if is_asked and not put_in_place(request.session, request.user):
            del request.session[STANDS_IN]
            request.session.cycle_key()
            messages.info(request, _("Your time as a deputy is over. You work in your own role again."))
        return self.get_response(request)
