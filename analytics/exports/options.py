"""How files are written: what an export's address or command may choose beside dataset and profile. Without pandas: pages offer it."""

from dataclasses import dataclass

WIDE = "wide"  # the table with one row a case
BESIDE_FORMS = (WIDE, "cases", "endpoints", "left_out", "adsl", "adtte", "adae")  # tables that are of no one form
LANGUAGES = ("en", "ja")
FORMATS = ("csv", "ndjson", "parquet", "arrow", "xpt", "xpt8", "sav", "dta", "adam", "xlsx", "odm", "odm_audit")
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
