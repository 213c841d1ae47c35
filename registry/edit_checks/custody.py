"""Checks of the chain of custody: X02, X06 to X09. A manufacturing attempt belongs to a collection by order (Record.made_from)."""

from __future__ import annotations

from collections.abc import Iterator

from registry.dictionary.words import gettext_noop
from registry.edit_checks.base import SOFT, Finding, Row
from registry.edit_checks.whole import RELEASED, Record, amount, broken_links, dated, finding, pair

IN_SPECIFICATION, OUT_OF_SPECIFICATION, FAILED = 1, 2, 3  # mfg_outcome
AFTER_FAILURE, AFTER_OUT_OF_SPECIFICATION = 2, 3  # aph_repeat_reason
VIABILITY_SPECIFICATION = 80  # %, United States


def custody_is_in_order(case: Record) -> Iterator[Finding]:
    """X02: diagnosis, collection, shipment, release, receipt, infusion of one product."""
    diagnosis = dated(case.one("baseline_disease"), "dx_date")
    given = {id(product[0]): row for row in case.of("infusion") if (product := case.product_of(row))}
    made = case.made_from()
    chains: list[tuple[Row | None, Row | None, Row | None]] = [
        (collection, attempt, given.get(id(attempt))) for attempt, collection in made
    ]
    with_product = {id(collection) for _attempt, collection in made}
    chains += [(row, None, None) for row in case.of("leukapheresis") if id(row) not in with_product]
    if not made:  # no product is entered yet: every infusion still follows the first collection
        chains += [(case.collection(), None, row) for row in case.of("infusion")]
    said: list[Finding] = []
    for collection, attempt, infusion in chains:
        chain = (
            diagnosis,
            *(dated(collection, name) for name in ("aph_start_date", "aph_end_date")),
            *(dated(attempt, name) for name in ("ship_date", "release_date", "product_receipt_date")),
            dated(infusion, "inf_date"),
        )
        for late, early in broken_links(chain):
            one = pair(
                late,
                early,
                "X02",
                gettext_noop(
                    "Chain-of-custody dates are out of order: %(label)s (%(found)s) is before %(other)s (%(expected)s). Correct "
                    "whichever disagrees with the source."
                ),
            )
            if one not in said:  # a collection of two chains contradicts its diagnosis once
                said.append(one)
                yield one


def shipped_cells_are_manufactured(case: Record) -> Iterator[Finding]:
    """X06: as many shipments as shipped collections, where a manufacturing form is there."""
    rows, attempts = case.of("leukapheresis"), case.of("manufacturing")
    shipments = sum(bool(row["ship_date"]) for row in attempts)
    if not rows or not attempts or shipments < len(attempts) or any(row["aph_shipped"] is None for row in rows):
        return
    shipped = [row for row in rows if row["aph_shipped"] == 1]
    for row in shipped[shipments:] or ([] if shipped else rows[:1]):
        yield finding(
            row,
            "aph_shipped",
            "X06",
            gettext_noop(
                "Shipped flag disagrees with the manufacturing form: %(shipped)s collections are marked as shipped, %(expected)s "
                "shipments are recorded."
            ),
            shipped=str(len(shipped)),
            expected=str(shipments),
        )


def repeat_collection_has_its_cause(case: Record) -> Iterator[Finding]:
    """X07: after a manufacturing failure, or an out-of-specification product, there is an earlier attempt that ended so."""
    rows, made = case.of("leukapheresis"), case.made_from()
    for place, row in enumerate(rows):
        wanted = {AFTER_FAILURE: FAILED, AFTER_OUT_OF_SPECIFICATION: OUT_OF_SPECIFICATION}.get(row["aph_repeat_reason"])
        earlier = [attempt for attempt, collection in made if any(collection is one for one in rows[:place])]
        if place == 0 or wanted is None or not earlier or any(one["mfg_outcome"] is None for one in earlier):
            continue
        if all(one["mfg_outcome"] != wanted for one in earlier):
            yield finding(
                row,
                "aph_repeat_reason",
                "X07",
                gettext_noop(
                    "Reason for repeat collection disagrees with manufacturing: no earlier attempt is recorded with that outcome."
                ),
            )


def infused_product_was_released(case: Record) -> Iterator[Finding]:
    """X08: what was infused was released; it is marked out of specification exactly if it was released so."""
    attempts, course = case.of("manufacturing"), case.one("cart_course")
    if not attempts or any(row["mfg_outcome"] is None for row in attempts):
        return
    if course and course["infused"] == 1 and not any(row["mfg_outcome"] in RELEASED for row in attempts):
        yield finding(
            course,
            "infused",
            "X08",
            gettext_noop(
                "Out-of-specification flag disagrees with the manufacturing outcome: a product is recorded as infused, but none "
                "as released."
            ),
        )
    for row in case.of("infusion"):
        made = case.product_of(row)
        if (
            made
            and row["inf_oos"] is not None
            and (row["inf_oos"] == 1) != (made[0]["mfg_outcome"] == OUT_OF_SPECIFICATION)
        ):
            yield _out_of_specification(row)


def _out_of_specification(row: Row) -> Finding:
    return finding(
        row,
        "inf_oos",
        "X08",
        gettext_noop(
            "Out-of-specification flag disagrees with the manufacturing outcome: correct %(label)s, or the outcome of the product."
        ),
    )


def released_product_is_viable(case: Record) -> Iterator[Finding]:
    """X09: released in specification, but viability below it."""
    for row in case.of("manufacturing"):
        viability = row["prod_viability"]
        if viability is not None and row["mfg_outcome"] == IN_SPECIFICATION and viability < VIABILITY_SPECIFICATION:
            yield finding(
                row,
                "prod_viability",
                "X09",
                gettext_noop(
                    "Released below the viability specification? %(label)s is %(found)s; the specification is %(expected)s or more."
                ),
                SOFT,
                expected=amount(VIABILITY_SPECIFICATION, "%"),
            )
