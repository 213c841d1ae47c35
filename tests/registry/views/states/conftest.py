"""The people, a case with a complete death form, and what the tests of states do with it."""

from html import unescape

from registry.access.row_security import everything_scope
from registry.models import Opening, Signature
from tests import factories
from tests.registry.views.conftest import signed_in
from tests.standing import standing


@standing
def world(world):
    """The people, with investigators, and a case with a complete death form."""
    world.investigator = factories.person("investigator", sites=[world.kyoto], name="Dr Rei Ogawa")
    world.other_investigator = factories.person("investigator", sites=[world.osaka], name="Dr Sora Abe")
    world.second = factories.person("manager", email="second.manager@example.org", name="Mio Kato")
    world.case = factories.infused_case(world.kyoto, by=world.nurse)
    world.death = factories.completed_form(world.case, by=world.nurse)
    return world


def stored(form):
    """The row as it is now."""
    with everything_scope(actor="tests"):
        return type(form).with_void.get(pk=form.pk)


def address(form, rest=""):
    """Of a form's page, or of what is below it."""
    return f"/cases/{form.case.number}/{form.form_name}/{form.key}/{rest}"


def sign(world, *forms, by=None, password=factories.PASSWORD, meaning="accurate", case=None):
    """What the page of signing answers."""
    chosen = [f"{form.form_name}:{form.key}:{stored(form).version}" for form in forms or [world.death]]
    body = {"sign": chosen, "password": password, "meaning": meaning}
    return signed_in(by or world.investigator).post(f"/cases/{(case or world.case).number}/sign/", body)


def deed(world, code, form=None, *, by=None, **body):
    """What a deed answers in the end."""
    form = form or world.death
    body = {"version": stored(form).version, **body}
    return signed_in(by or world.manager).post(address(form, f"{code}/"), body, follow=True)


def ask(person, url, reason="A letter came late", code="late"):
    """What the page answers on which a lock's opening is asked for."""
    return signed_in(person).post(f"{url}unlock/", {"code": code, "reason": reason}, follow=True)


def decide(person, step="approve", reason="I saw the letter"):
    """What becomes of the newest request to open a lock."""
    with everything_scope(actor="tests"):
        newest = Opening.objects.first().pk
    return signed_in(person).post(f"/locks/requests/{newest}/", {"step": step, "reason": reason}, follow=True)


def text(answer):
    """The words of a page."""
    return unescape(answer.content.decode())


def seen(world, person, form=None):
    """What this person reads on a form's page."""
    answer = signed_in(person).get(address(form or world.death))
    assert answer.status_code == 200
    return text(answer)


def signatures():
    """Every signature."""
    with everything_scope(actor="tests"):
        return list(Signature.objects.all())


def only_complete(world):
    """A case whose every form is complete."""
    case = factories.enrolled_case(world.kyoto, by=world.nurse)
    return factories.completed_form(case, by=world.nurse)
