"""What a client sent: the form of one POST, within this door's own limits, and the words in it.

A client sends a key for each field that it asks for and whole files of records, so Django's limits for pages are too low here.
"""

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

MOST_BYTES = 64 * 1024 * 1024
MOST_KEYS = 20_000
ENCODINGS = {"utf-8": "utf-8", "utf8": "utf-8", "shift_jis": "cp932", "windows-31j": "cp932", "cp932": "cp932"}
URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
PARAMETERS = """
token content action format type records fields forms events arms rawOrLabel rawOrLabelHeaders exportCheckboxLabel
exportSurveyFields exportDataAccessGroups filterLogic dateRangeBegin dateRangeEnd csvDelimiter decimalCharacter
exportBlankForGrayFormStatus combineCheckboxOptions returnFormat eventName overwriteBehavior forceAutoNumber
backgroundProcess data returnContent dateFormat returnMetadataOnly exportFiles record field event repeat_instance
report_id logtype user dag beginTime endTime submit
"""  # of all calls that clients make
TRUE, FALSE = ("1", "true", "yes"), ("0", "false", "no", "")


class RefusedError(Exception):
    """What the client is told, with the status and the headers that its refusal has; `shape` keeps the words that choose its format."""

    def __init__(self, said, status=400, headers=(), shape=()):
        super().__init__(said)
        self.said, self.status, self.headers, self.shape = said, status, headers, dict(shape)


def read_form(request) -> dict[str, str]:
    """The fields of the POST; `name[]`, sent again and again, is numbered. Raises RefusedError, without keeping what was sent."""
    length = request.headers.get("Content-Length", "")
    if length.isdecimal() and int(length) > MOST_BYTES:
        raise RefusedError(f"The request has more than {MOST_BYTES // 1024**2} MB. Send it in parts.")
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise RefusedError(f"The request has more than {MOST_BYTES // 1024**2} MB. Send it in parts.")
    try:
        pairs = _multipart(request, body) if request.content_type == MULTIPART else _urlencoded(request, body)
    except UnicodeDecodeError:
        raise RefusedError(
            "The request is not in the encoding that it declares, UTF-8 unless it names another."
        ) from None
    if len(pairs) > MOST_KEYS:
        raise RefusedError(f"The request has more than {MOST_KEYS} keys.")
    if any("\0" in text for pair in pairs for text in pair):
        raise RefusedError("The request holds a NUL character.")
    pairs = [
        (f"{name[:-1]}{place}]" if name.endswith("[]") else name, text) for place, (name, text) in enumerate(pairs)
    ]
    form = dict(pairs)
    if len(form) < len(pairs):
        names = [name for name, _text in pairs]
        twice = sorted(name for name in form if names.count(name) > 1)
        shape = {name: form[name] for name in ("format", "returnFormat") if name in form}
        raise RefusedError(f"The following parameters are sent more than once: {quoted(twice)}", shape=shape)
    return form


def _encoding(request):
    """The encoding that the request declares; UTF-8 unless it says otherwise."""
    said = request.content_params.get("charset", "utf-8").lower()
    found = ENCODINGS.get(said)
    if found is None:
        raise RefusedError(f"The request declares the encoding {quoted([said])}; possible are: {', '.join(ENCODINGS)}")
    return found


def _urlencoded(request, body):
    if request.content_type != URLENCODED:
        return []
    encoding = _encoding(request)
    text = body.decode(encoding)
    try:
        return parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="strict", max_num_fields=MOST_KEYS)
    except UnicodeDecodeError:
        raise
    except ValueError:
        raise RefusedError(f"The request has more than {MOST_KEYS} keys.") from None


def _multipart(request, body):
    head = f"Content-Type: {request.headers['Content-Type']}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = message.iter_parts() if message.is_multipart() else ()
    encoding = _encoding(request)
    return [(_name_of(part), part.get_payload(decode=True).decode(encoding)) for part in parts]


def _name_of(part):
    return str(part.get_param("name", "", header="content-disposition"))


class Sent:
    """The words of one call. Every word that is not known is refused, so that a typing error never widens an export."""

    KNOWN = frozenset(PARAMETERS.split())

    def __init__(self, form: dict[str, str]):
        self.form = form

    def refuse_unknown(self) -> None:
        """Raise RefusedError for words that no call has."""
        unknown = sorted({name.partition("[")[0] for name in self.form} - self.KNOWN)
        if unknown:
            raise RefusedError(f"The following parameters are not known: {quoted(unknown)}")

    def text(self, name: str, default: str = "") -> str:
        """One word as it was sent, or the default where it is blank."""
        return self.form.get(name, "").strip() or default

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        """One of some words, whatever their case; the first of them where none is sent."""
        said = self.text(name, allowed[0])
        found = next((one for one in allowed if one.lower() == said.lower()), None)
        if found is None:
            raise RefusedError(f'The value of the parameter "{name}" is not valid')
        return found

    def truth(self, name: str) -> bool:
        """Yes or no, in any of the ways in which clients say it."""
        said = self.text(name).lower()
        if said not in TRUE + FALSE:
            raise RefusedError(f'The value of the parameter "{name}" is not valid')
        return said in TRUE

    def many(self, name: str) -> list[str]:
        """Several words, as name[0]=a&name[1]=b or as name=a,b; none where nothing is sent."""
        numbered = []
        for key, value in self.form.items():
            if key.startswith(f"{name}[") and key.endswith("]"):
                place = key[len(name) + 1 : -1]
                if place and not place.isdecimal():
                    raise RefusedError(f'The value of the parameter "{name}" is not valid')
                numbered.append((int(place or 0) if len(place) < 9 else 0, value))
        found = [value for _place, value in sorted(numbered, key=lambda one: one[0])]
        found += self.form.get(name, "").split(",")
        return list(dict.fromkeys(one.strip() for one in found if one.strip()))


def quoted(words) -> str:
    """Words as REDCap lists them: 'a', 'b'; of very many the first."""
    words = list(words)
    more = f" and {len(words) - 50} more" if len(words) > 50 else ""
    return ", ".join(f"'{one[:100]}'" for one in words[:50]) + more
