"""Whom a request comes from, where proxies stand before the registry.

Each proxy writes at the end of X-Forwarded-For from whom it got the request; what stands before that is the client's own and may be
invented. So the source is counted from the end, by as many proxies as there are (TRUSTED_PROXIES), and nothing else is believed.
"""

import ipaddress

from django.conf import settings


def source_behind(forwarded, peer, proxies):
    """The address that the outermost of `proxies` was asked by.

    forwarded   X-Forwarded-For, or nothing
    peer        who is connected with us
    A list that is shorter than the proxies did not come through all of them: then it is whoever is connected.
    """
    said = [one for one in forwarded.split(",") if one.strip()]
    if proxies < 1 or len(said) < proxies:
        return peer
    return _address(said[-proxies]) or peer


def _address(text):
    """The IP address of `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; nothing for other words."""
    plain = text.strip()
    if plain.startswith("["):
        plain = plain[1:].partition("]")[0]
    elif plain.count(":") == 1:
        plain = plain.partition(":")[0]
    try:
        return str(ipaddress.ip_address(plain))
    except ValueError:
        return ""


class ProxyMiddleware:
    """REMOTE_ADDR is the source from here on: limits, sessions and the security log read nothing else."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
        peer = request.META.get("REMOTE_ADDR", "")
        request.META["REMOTE_ADDR"] = source_behind(forwarded, peer, settings.TRUSTED_PROXIES)
        return self.get_response(request)
