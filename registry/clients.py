"""The clients of docs/clients: their blocks of code, as the pages of the documentation hold them."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLACE = Path(__file__).resolve().parent.parent / "docs/clients"
PAGES = ("r", "python", "stata", "sas", "redcap")
HOST = "https://registry.example"  # in the documentation, instead of where somebody's registry is
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code under its heading. page: name of the file; language: r, python, stata or sas."""

    page: str
    title: str
    language: str
    code: str

    def at(self, address):
        """The code for the registry at this address."""
        return self.code.replace(HOST, address)


@cache
def blocks():
    """Every block, in the order of the pages."""
    return tuple(block for page in PAGES for block in _blocks_of(page))


def _blocks_of(page):
    text = (PLACE / f"{page}.md").read_text(encoding="utf-8")
    headings = [(found.start(), found[1]) for found in HEADING.finditer(text)]
    for found in BLOCK.finditer(text):
        title = [words for place, words in headings if place < found.start()][-1]
        yield Block(page, title, found[1], found[2])
