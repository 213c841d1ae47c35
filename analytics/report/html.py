"""The report as one HTML file: style and figures are inside, nothing is fetched."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from analytics.figures import files
from analytics.report.content import Report, Section

STYLE = Path(__file__).with_name("report.css")
WIDTH = files.width_px("text", "wide")


def html_of(report: Report, language: str, about: dict[str, files.About]) -> bytes:
    """The file. about: analysis → what its figure says of itself."""
    sections = [{"section": one, "image": _image(one, about[one.name])} for one in report.sections]
    context: dict[str, Any] = {
        "report": report,
        "sections": sections,
        "language": language,
        "style": STYLE.read_text(encoding="utf-8"),  # has no character that HTML would escape
    }
    return render_to_string("analytics/report.html", context).encode()


def _image(section: Section, about: files.About) -> str:
    """The figure as the address of an image; "" without one."""
    if section.figure is None:
        return ""
    content = base64.b64encode(files.drawn(section.figure, "svg", WIDTH, about)).decode()
    return f"data:image/svg+xml;base64,{content}"
