"""What every answer must tell the browser; test_matrix.py asks it of every address for every role."""

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": ("same-origin", "no-referrer"),  # the latter where a key stands in the address
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OFF = ("camera=()", "geolocation=()", "microphone=()")


def missing_headers(answer):
    """The headers that an answer lacks or has otherwise, in words."""
    found = {part.strip() for part in answer.headers.get("Content-Security-Policy", "").split(";")}
    missing = [] if found == POLICY else [f"Content-Security-Policy: {found ^ POLICY}"]
    missing += [
        f"{name}: {answer.headers.get(name)}"
        for name, value in WANTED.items()
        if answer.headers.get(name) not in (value if isinstance(value, tuple) else (value,))
    ]
    sensors = answer.headers.get("Permissions-Policy", "")
    return missing + [f"Permissions-Policy: {one}" for one in OFF if one not in sensors]
