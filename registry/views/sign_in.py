"""Signing in: password, second factor where there is or must be one, and only then a session of that person."""

import secrets
import time

from django.conf import settings
from django.contrib.auth import login, views
from django.shortcuts import redirect

from registry.access.sessions import AGENT, BEGAN, FACTOR, PENDING, SEEN, SOURCE, note_proved
from registry.access.throttle import counted, known_device, remember_device
from registry.actions.factors import has_factor
from registry.actions.security import address_of, agent_of, note_for
from registry.models import Happened, Person


class SignIn(views.LoginView):
    """The page that asks for address and password. What it says of a wrong one is the same whether the account exists or not."""

    def get_context_data(self, **words):
        """With the single sign-on, if there is one."""
        return super().get_context_data(single_sign_on=settings.OIDC_NAME if settings.OIDC_ISSUER else "", **words)

    def form_valid(self, form):
        """The password is right."""
        person = form.get_user()
        self.request.attempt.passed(person)
        if not needs_factor(person):
            return begin(self.request, person, self.get_success_url())
        wait_for_factor(self.request.session, person, self.get_success_url())
        return redirect("factor_ask" if has_factor(person) else "factor_add")

    def form_invalid(self, form):
        """One of the two is wrong, or missing: then nothing was hashed and nothing counts."""
        if "password" in getattr(form, "cleaned_data", {}) and "username" in form.cleaned_data:
            account = form.cleaned_data["username"]
            self.request.attempt.failed(Person.objects.filter(email__iexact=account).first())
        return super().form_invalid(form)


sign_in = counted("sign in", lambda request: request.POST.get("username", ""))(SignIn.as_view())


def needs_factor(person):
    """Whether a password alone does not sign this person in."""
    return settings.SECOND_FACTOR_REQUIRED or has_factor(person)


def wait_for_factor(session, person, url):
    """The first step is done; the second one makes the session."""
    session.cycle_key()
    session[PENDING] = {
        "person": person.pk,
        "at": time.time(),
        "hash": person.get_session_auth_hash(),
        "next": url,
    }


def begin(request, person, url, *, with_factor=False):
    """A new session in which `person` is signed in, from here on; the browser is known from now on.

    One that a second step came before is marked, and only such a one serves whoever needs a factor (SignInMiddleware).
    """
    request.session.pop(BEGAN, None)
    request.session.pop(SEEN, None)
    with_factor = request.session.pop(PENDING, None) is not None or with_factor
    login(request, person)
    request.session[FACTOR] = with_factor
    request.session[SOURCE], request.session[AGENT] = address_of(request), agent_of(request)
    note_proved(request.session)
    note_for(request, Happened.SIGNED_IN, person)
    response = redirect(url)
    device = known_device(request, person.email) or secrets.token_urlsafe(16)
    remember_device(request, response, person.email, device)
    return response
