"""A page that is sent twice does once what it was sent for: a double click, a press on “back”, a browser that tries again.

Each page that makes something has a name of its own (`nonce`, in its form). The same form with the same name and the same words is led
to where the first one led; other words under the name are another wish, so that whoever goes back and corrects is not refused.
"""

import functools
import hashlib
import json

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from registry.actions.once import keep, made_before

NONCE = "nonce"
NOT_MEANT = {"csrfmiddlewaretoken", "_proof", "_passkey", "password", "again", "code"}  # how it is sent, not what for


def sent_once(*, back=""):
    """A view whose POST, when it ends well, is done once for each page and what was typed in it.

    back   the address by name to lead to where the first answer was a page, which cannot be shown again
    """

    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            nonce = request.POST.get(NONCE, "")[:36]
            if request.method != "POST" or not nonce:
                return view(request, *args, **kwargs)
            key = f"page:{nonce}:{_digest(request)[:16]}"
            before = made_before(by=request.user, key=key)
            if before is not None:
                messages.info(request, _("This was sent twice. It was done once."))
                return HttpResponseRedirect(before["to"])
            response = view(request, *args, **kwargs)
            is_redirect = response.status_code == 302
            if is_redirect or (back and response.status_code == 200):
                keep(
                    by=request.user, key=key, body=b"", made={"to": response.url if is_redirect else redirect(back).url}
                )
            return response

        return guarded

    return decorate


def _digest(request):
    """What was asked for: the address, what was typed, the files."""
    typed = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in NOT_MEANT)
    body = hashlib.sha256(json.dumps([request.path, typed]).encode())
    for name, file in sorted(request.FILES.items()):
        body.update(name.encode())
        for piece in file.chunks():
            body.update(piece)
        file.seek(0)
    return body.hexdigest()
