"""The words of stored results, which are English: what the catalogue of messages holds, and how a sentence is found in it again.

Web processes use this: no pandas, so no core.run and no core.endpoints.derive.
"""

import re
from string import Formatter

from django.utils.translation import pgettext

from analytics import item_words
from analytics.catalogue import CATALOGUE
from analytics.core import (
    patient_course_words,
    patient_table_words,
    progress,
    quality_sentences,
    regression_sentences,
    sentences,
    small_sample_sentences,
    table_words,
)
from analytics.core.columns import declarations
from analytics.core.disclosure import words as disclosure_words
from analytics.core.endpoints.definitions import (
    CLOCK_LABELS,
    END_LABELS,
    END_OF_WINDOW,
    ENDPOINTS,
    SET_LABELS,
    TIE_ORDER,
)
from analytics.core.parts import LABELS as OWN_COLUMNS
from analytics.explore import choosing, endpoints, title
from analytics.published import texts

CONTEXT = "analysis"
GROUPS = tuple(dict.fromkeys(analysis.groups for analysis in CATALOGUE if analysis.groups))
COVARIATES = tuple(dict.fromkeys(one for analysis in CATALOGUE for one in analysis.covariates))
EXPOSURES = tuple(dict.fromkeys((*(one.exposure for one in CATALOGUE if one.exposure), *choosing.EXPOSURES.values())))
BETWEEN_CUTS = "{low} to < {high}"
LABELS = (
    *(text for analysis in CATALOGUE for text in (analysis.title, analysis.question)),
    *(text for one in COVARIATES for text in (one.label, one.unit, *(label for _value, label in one.levels)) if text),
    *(analysis.outcome.label for analysis in CATALOGUE if analysis.outcome),
    *(text for one in EXPOSURES for text in (one.label, one.without, one.having)),
    *(text for endpoint in ENDPOINTS.values() for text in (endpoint.label, endpoint.print)),
    *SET_LABELS.values(),
    *CLOCK_LABELS.values(),
    *TIE_ORDER,
    *(*END_LABELS.values(), END_OF_WINDOW),
    sentences.ALL_CASES,
    *(*table_words.LABELS, quality_sentences.CUT, quality_sentences.NEWEST),
    *(*patient_table_words.LABELS, *declarations.LABELS, *patient_course_words.LABELS),
    *(label for groups in GROUPS for _value, label in groups.levels),
    *texts(),
    *item_words.TEMPLATES,
    *(*endpoints.LABELS, *title.TEMPLATES, *OWN_COLUMNS.values(), *progress.STEPS, BETWEEN_CUTS),
)
SENTENCES = (
    *(sentences.NO_CLOCK, sentences.NOT_REPORTED, sentences.OUT_OF_ORDER, sentences.NO_END),
    *(sentences.GROUP_NOT_KNOWN.format(group=groups.label) for groups in GROUPS),
    *(
        sentences.NOT_CHOSEN,
        sentences.KNOWN_LATER,
        sentences.NOT_IN_RULES_SET,
        sentences.RESTS_ON_IMPUTED,
        sentences.NO_GRAY_TEST,
        sentences.FEW_EVENTS_FOR_GRAY,
    ),
    *(sentences.GRAY_NOT_DEFINED, sentences.GRAY_OF_SOME),
    *(*sentences.OUTCOME_NOT_KNOWN, sentences.NOT_PROPORTIONAL, sentences.TWO_HAZARDS, sentences.EXPLORATORY),
    *sentences.WHY_UNDEFINED,
    *regression_sentences.SENTENCES,
    *(sentences.NOT_IN_SET, sentences.TOO_FEW_GROUPS, sentences.NO_EVENT_AT_ALL, sentences.FEW_EVENTS),
    *(sentences.NOTHING, *(one for pair in sentences.OF_ROWS for one in pair), *sentences.OF_A_CURVE),
    *sentences.BEYOND,
    *small_sample_sentences.SENTENCES,
    *(*table_words.SENTENCES, *quality_sentences.OF_QUALITY),
    *(*patient_table_words.SENTENCES, *patient_course_words.SENTENCES),
    sentences.GROUP_NOT_KNOWN,
    *disclosure_words.SENTENCES,
    sentences.GROUPED,  # last: it fits whatever has a colon
)
PHRASES = tuple(dict.fromkeys((*LABELS, *SENTENCES)))


def label(text):
    """A label or a rule's sentence in the reader's language; data, such as a hospital's code, stay as they are."""
    return pgettext(CONTEXT, text) if text in LABELS else _made_of_parts(text)


def _made_of_parts(text):
    """A group between cut points, a number of units, or a column with its values: each part in the reader's language."""
    if found := CUT.fullmatch(text):
        between = found["low"] and pgettext(CONTEXT, BETWEEN_CUTS).format(low=found["low"], high=found["high"])
        return " ".join(part for part in (between or found["end"], label(found["unit"] or "")) if part)
    if (found := UNITS.fullmatch(text)) and found["unit"] in LABELS:
        return f"{found['n']} {label(found['unit'])}"
    column, colon, values = text.partition(": ")
    if colon and column in LABELS:
        listed = pgettext("list", ", ").join(label(one) for one in values.split(", "))
        return pgettext(CONTEXT, title.ONE_OF).format(column=label(column), values=listed)
    return item_words.said(text)


CUT = re.compile(r"(?:(?P<low>[-\d.]+) to < (?P<high>[-\d.]+)|(?P<end>[<≥] [-\d.]+))(?: (?P<unit>.+))?")
UNITS = re.compile(r"(?P<n>[\d.]+) (?P<unit>.+)")


def sentence(text):
    """A warning or a reason in the reader's language; what no known sentence fits stays as it is."""
    for template, pattern in _PATTERNS:
        if found := pattern.fullmatch(text):
            filled = {
                name: sentence(value) if name == "sentence" else label(value)
                for name, value in found.groupdict().items()
            }
            return pgettext(CONTEXT, template).format(**filled)
    return text


def is_of_quality(text):
    """Whether this stored warning is about the state of the data, which all results of a dataset share."""
    return any(pattern.fullmatch(text) for template, pattern in _PATTERNS if template in quality_sentences.OF_QUALITY)


def _pattern(template):
    """The regular expression that a filled-in template matches."""
    parts, seen = [], set()
    for text, name, _spec, _how in Formatter().parse(template):
        again = f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        parts.append(re.escape(text) + (again if name else ""))
        seen.add(name)
    return re.compile("".join(parts))


_PATTERNS = tuple((template, _pattern(template)) for template in SENTENCES)
