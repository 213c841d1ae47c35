"""Who asks at the REDCap door: its token stands in the form, and is the same token as that of REST."""

import re

from django.contrib.auth.models import AnonymousUser
from django.views.decorators.debug import sensitive_variables

from registry.access.middleware import living_token, owner_by
from registry.access.throttle import source_of, taken, too_many
from registry.redcap.sent import RefusedError, Sent, read_form

DOOR = re.compile(r"/api/redcap(/api)?/?")
KEY = re.compile(r"[0-9a-f]{32}")


class DoorMiddleware:
    """Reads the form and says who asks, so that the site scope is open before the view runs, as it is for REST.

    Neither a session nor a header opens this door: it takes no CSRF token, so nothing that a browser adds by itself may count.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    @sensitive_variables("form", "key")
    def __call__(self, request):
        if not DOOR.fullmatch(request.path_info):
            return self.get_response(request)
        request.user, request.token, request.sent, request.refusal = AnonymousUser(), None, Sent({}), None
        if request.method == "POST":
            try:
                form = read_form(request)
            except RefusedError as refusal:
                request.refusal, request.sent = refusal, Sent(refusal.shape)
            else:
                key = form.pop("token", "").strip().lower()
                request.sent = Sent(form)
                request.token = living_token(key) if KEY.fullmatch(key) else None
                seconds = 0 if request.token else taken({"dead tokens": source_of(request)})
                if seconds:
                    return too_many(request, seconds)
        if request.token:
            request.user = owner_by(request.token)
        return self.get_response(request)
