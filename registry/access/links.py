"""The key of a mailed link stands in the address for one request, and nothing here but the view that takes it gets to see it there:
no log line, no error report, no measurement, no page can tell it on.
"""

import re

LINK = re.compile(r"/accounts/password/([\w-]{20,100})/?", re.ASCII)
INSTEAD = "/accounts/password/link/"


class LinkMiddleware:
    """Takes the key out of the request's address before anything reads it; `request.link_key` is what the view takes."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        found = LINK.fullmatch(request.path_info)
        if not found:
            return self.get_response(request)
        request.link_key = found[1]
        request.path = request.path_info = request.META["PATH_INFO"] = INSTEAD
        response = self.get_response(request)
        response["Referrer-Policy"] = "no-referrer"
        return response
