"""What the figures of a report show, in words and numbers: enrolment, flow, response, toxicity, courses, sensitivity, funnels."""

from __future__ import annotations

from analytics.core.courses_told import whole_of
from analytics.figures.dots import Block
from analytics.figures.flow import nodes_of
from analytics.figures.funnel import funnels_of
from analytics.figures.response import outcome_of, proportion_blocks, response_blocks
from analytics.figures.sensitivity import sensitivity_blocks, sensitivity_title
from analytics.figures.text import DAYS_PER_MONTH, counted, percent
from analytics.figures.toxicity import items_of
from analytics.figures.words import Words

MOST_ROWS = 8
BEYOND = 0.998  # the limits outside of which a hospital is counted


def enrolment_text(result: dict, words: Words) -> str:
    """The first and last month, how many reached each step, and of how many hospitals."""
    table = result["table"]
    if not table or table["registered"] == 0:
        return words.no_patients
    steps = words.between.join(
        words.alt_level.format(label=step["label"], n=counted(step["n"])) for step in table["steps"]
    )
    registered = words.alt_level.format(label=words.registered, n=counted(table["registered"]))
    counts = words.between.join((registered, steps))
    if not table["months"]:
        return words.alt_enrolment_counts.format(steps=counts)
    return words.alt_enrolment.format(
        first=table["months"][0], last=table["months"][-1], steps=counts, sites=len(table["sites"])
    )


def flow_text(result: dict, words: Words) -> str:
    """Every box with how many are in it."""
    nodes = nodes_of(result)
    if not nodes:
        return words.no_patients
    boxes = words.between.join(words.alt_level.format(label=node["label"], n=counted(node["n"])) for node in nodes)
    return words.alt_flow.format(boxes=boxes)


def response_text(result: dict, words: Words) -> str:
    """Every measure of all infused."""
    return _shares(words.response, response_blocks(result, words)[:1], words)


def proportion_text(result: dict, words: Words) -> str:
    """The share of each group."""
    return _shares(outcome_of(result), proportion_blocks(result), words)


def sensitivity_text(result: dict, words: Words) -> str:
    """The first estimates, of which those of all infused by each rule are the first."""
    return _shares(sensitivity_title(result, words), sensitivity_blocks(result, words), words)


def _shares(title: str, blocks: list[Block], words: Words) -> str:
    dots = [dot for block in blocks for dot in block.dots][:MOST_ROWS]
    if not dots:
        return words.no_patients
    rows = [words.alt_counted.format(label=dot.label, counts=dot.said or dot.counts, share=dot.printed) for dot in dots]
    return words.alt_shares.format(title=title, rows=words.benchmark_between.join(rows))


def toxicity_text(result: dict, words: Words) -> str:
    """CRS and ICANS of all infused: every grade, and those not reported."""
    items = items_of(result)
    if not items:
        return words.no_patients
    head = result["table"]["heads"][0]
    return " ".join(words.alt_toxicity.format(item=item["label"], groups=_levels(item, head, words)) for item in items)


def _levels(item: dict, head: dict, words: Words) -> str:
    levels = [words.alt_level.format(label=one["label"], n=counted(one["cells"][0]["x"])) for one in item["levels"]]
    return words.alt_toxicity_group.format(group=head["label"], n=counted(head["n"]), levels=words.between.join(levels))


def swimmer_text(result: dict, words: Words) -> str:
    """How many are followed how long, how often each mark stands, and how many live."""
    table = result["table"]
    if not table or not table["rows"]:
        return words.no_patients
    marks = words.between.join(words.alt_level.format(label=mark["label"], n=mark["n"]) for mark in table["marks"])
    whole = whole_of(table)
    followed = f"{whole['end'] / DAYS_PER_MONTH:.0f}"
    return words.alt_swimmer.format(n=whole["n"], months=followed, marks=marks or words.nobody, ongoing=whole["alive"])


def funnel_text(result: dict, words: Words) -> str:
    """Each measure: the share of all hospitals together, and how many lie outside the wide limits."""
    funnels = funnels_of(result)
    if not funnels:
        return words.no_patients
    said = [
        words.alt_funnel.format(
            measure=one["label"],
            share=percent(one["pooled"], "–"),
            n=f"{one['n']:.0f}",
            sites=sum(1 for site in one["sites"] if site["n"]),
            outside=sum(site["outside"] == BEYOND for site in one["sites"]),
        )
        for one in funnels
    ]
    return words.benchmark_between.join(said) + "."
