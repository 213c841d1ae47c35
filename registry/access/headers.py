"""What every answer tells the browser, whoever made it: a page, an error, a file or a static file."""

# Nothing here needs a sensor, a camera or a payment; no other site may embed what is ours.
ALWAYS = {
    "X-Frame-Options": "DENY",  # Django says it of what its views answer
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class HeadersMiddleware:
    """The outermost, so that no answer goes past it."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in ALWAYS.items():
            response.headers.setdefault(name, value)
        return response
