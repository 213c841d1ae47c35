"""One HTTP request on a connection of its own, without a library between the clock and the socket."""

import asyncio

WIDEST = 2**24  # bytes of one line


async def opened(place, method, path, headers, body=b""):
    """Send a request to `place` (host, port). Returns (reader, writer, status, header fields in small letters); the body is not read."""
    reader, writer = await asyncio.open_connection(*place, limit=WIDEST)
    lines = {"Host": f"{place[0]}:{place[1]}", **headers}
    if body:
        lines["Content-Length"] = len(body)
    text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    writer.write(f"{method} {path} HTTP/1.1\r\n{text}\r\n".encode() + body)
    status = int((await reader.readline()).split()[1])
    found = {}
    while (line := await reader.readline()).strip():
        name, _colon, value = line.decode().partition(":")
        found[name.lower()] = value.strip()
    return reader, writer, status, found


async def asked(place, method, path, headers, body=b""):
    """The whole answer: (status, header fields, body)."""
    reader, writer, status, found = await opened(place, method, path, {"Connection": "close", **headers}, body)
    try:
        return status, found, await reader.read()
    finally:
        writer.close()
