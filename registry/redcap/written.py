"""Tables as a client reads them: CSV, JSON or XML, written piece by piece. Every answer is text; nothing is guarded or shortened.

A line is made of segments, one for each form: of the many forms of a case a row fills one, and the blank segments are made once.
"""

import csv
import io
import json
import re
from functools import cache

CONTENT_TYPES = {"csv": "text/csv", "json": "application/json", "xml": "text/xml", "odm": "text/xml"}
XML_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>'
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Csv:
    """RFC 4180 with \\n; the header always."""

    def __init__(self, delimiter=","):
        self.delimiter = delimiter
        self.needs_quotes = re.compile(f'["\r\n{re.escape(delimiter)}]').search

    def begin(self, columns) -> str:
        """What stands before the first line."""
        return self.line([self.cells(columns, columns)])

    def cells(self, _columns, values) -> str:
        """The segment of some neighbouring columns."""
        return self.delimiter.join(map(self._cell, values))

    def line(self, segments) -> str:
        """One row."""
        return self.delimiter.join(segments) + "\n"

    between, end = "", ""

    def _cell(self, value):
        text = str(value)
        return '"' + text.replace('"', '""') + '"' if self.needs_quotes(text) else text


class Json:
    """A list of objects."""

    between = ","
    end = "]"

    def begin(self, _columns) -> str:
        """What stands before the first row."""
        return "["

    def cells(self, columns, values) -> str:
        """The segment of some neighbouring columns."""
        pairs = zip(columns, values, strict=True)
        return ",".join(f"{_key(name)}:{json.dumps(value, ensure_ascii=False)}" for name, value in pairs)

    def line(self, segments) -> str:
        """One row."""
        return "{" + ",".join(segments) + "}"


class Xml:
    """<item> elements in one root."""

    between = ""

    def __init__(self, root="records"):
        self.root = root
        self.end = f"</{root}>"

    def begin(self, _columns) -> str:
        """What stands before the first row."""
        return f"{XML_HEAD}\n<{self.root}>"

    def cells(self, columns, values) -> str:
        """The segment of some neighbouring columns."""
        pairs = zip(columns, values, strict=True)
        return "".join(f"<{name}>{in_xml(value)}</{name}>" for name, value in pairs)

    def line(self, segments) -> str:
        """One row."""
        return "<item>" + "".join(segments) + "</item>"


@cache
def _key(name):
    return json.dumps(name)


def in_xml(value) -> str:
    """Text inside an element, whatever it holds."""
    text = NOT_IN_XML.sub("�", str(value))
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>" if text else ""


def writer(kind: str, delimiter: str = ",", root: str = "records"):
    """The writer of csv, json or xml."""
    return Csv(delimiter) if kind == "csv" else Json() if kind == "json" else Xml(root)


def table(kind: str, columns, rows, *, delimiter: str = ",", root: str = "records") -> str:
    """A whole small table. rows: values in the order of the columns."""
    to = writer(kind, delimiter, root)
    lines = to.between.join(to.line([to.cells(columns, row)]) for row in rows)
    return to.begin(columns) + lines + to.end


def error(kind: str, said: str) -> str:
    """A refusal in the shape that clients recognise."""
    if kind == "json":
        return json.dumps({"error": said}, ensure_ascii=False)
    if kind == "csv":
        return f"ERROR: {said}"
    return f"{XML_HEAD}<hash><error>{in_text(said)}</error></hash>"


def in_text(said: str) -> str:
    """Text of an element without CDATA, for clients that look for its words."""
    text = NOT_IN_XML.sub("�", said)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read_csv(text: str, delimiter: str = ","):
    """The rows of a CSV as lists of text. Raises csv.Error."""
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
