"""How files are written: what an export's address or command may choose beside dataset, profile and format."""

from dataclasses import dataclass

from analytics.exports.declared import LANGUAGES

CODE, LABEL, BOTH = "code", "label", "both"
LABELS = (CODE, LABEL, BOTH)
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t"}


@dataclass(frozen=True, slots=True)
class Options:
    """labels: codes, their labels, or both; language of labels; excel: for Excel, with a byte-order mark and guarded cells; delimiter of CSV.

    Raises ValueError for a choice that there is not.
    """

    labels: str = CODE
    language: str = "en"
    excel: bool = False
    delimiter: str = "comma"

    def __post_init__(self):
        for name, known in (("labels", LABELS), ("language", LANGUAGES), ("delimiter", tuple(DELIMITERS))):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} {getattr(self, name)!r} is unknown; expected one of {', '.join(known)}")
