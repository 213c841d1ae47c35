"""Error rates of an audit by blind re-entry, with exact limits and CIBMTR's tiers, on the page and as a file."""

import csv
import io
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from registry.api.csv_cells import guarded
from registry.audits import model_named, model_of, tallies
from registry.models import Audit, AuditAnswer
from registry.views.access import permitted
from registry.views.audit_form import in_words, label_of
from registry.views.audits import READERS
from registry.views.case_forms import short_title
from registry.views.proof import proved
from registry.views.statuses import Status

# CIBMTR passes a centre whose critical fields have an error rate of at most 3 %, and tells those at most 2 % from the others.
TIERS = (
    (0.02, Status(gettext_lazy("at most 2 %"), "tick", "good")),
    (0.03, Status(gettext_lazy("at most 3 %"), "half", "warn")),
    (1.0, Status(gettext_lazy("more than 3 %"), "diamond", "bad")),
)
RATES = ("of", "what", "compared", "differ", "not_judged", "unclear", "errors", "answers", "rate", "lower", "upper")
ANSWERS = (
    "case",
    "site",
    "form",
    "item",
    "label",
    "stored",
    "entered_again",
    "outcome",
    "judgement",
    "note",
    "judged_by",
)


@dataclass(frozen=True)
class Rate:
    """How many answers are wrong, of those of which the source says what is right. What nobody has judged yet counts as wrong."""

    label: str
    counts: dict

    @property
    def errors(self):
        return self.counts["wrong"] + self.counts["open"]

    @property
    def answers(self):
        return self.counts["compared"] - self.counts["unclear"]

    @property
    def estimate(self):
        """The proportion with exact 95 % limits."""
        # Here, since it loads scipy, which no web process does as it starts.
        from analytics.core.estimators.proportions import clopper_pearson

        return clopper_pearson(self.errors, self.answers)

    @property
    def words(self):
        """In per cent with limits, or a dash."""
        if not self.answers:
            return "–"
        found = self.estimate
        low, rate, high = (f"{100 * one:.1f}" for one in (found.lower, found.estimate, found.upper))
        return f"{rate}\u00a0% ({low}–{high})"

    @property
    def tier(self):
        """The tier of the rate, or None without an answer."""
        if not self.answers:
            return None
        return next(status for line, status in TIERS if self.estimate.estimate <= line)


def rates(audit):
    """(the whole audit, its hospitals, its items) as Rates; three queries."""
    whole = tallies(audit)
    sites = [Rate(one["site__code"], one) for one in tallies(audit, "site__code")]
    items = [Rate(_item_words(one), one) for one in tallies(audit, "audit_form__form", "item")]
    return Rate(_("all"), whole[0]) if whole else None, sites, items


def _item_words(one):
    model = model_named(one["audit_form__form"])
    return f"{short_title(model)}: {label_of(model._meta.get_field(one['item']))}"


@permitted(*READERS)
@require_GET
@proved("GET", sends_file=True)
def audit_report(request, pk):
    """The error rates as CSV; with ?answers every answer that was compared."""
    audit = get_object_or_404(Audit, pk=pk)
    place = io.StringIO()
    csv.writer(place).writerows(_answer_lines(audit) if "answers" in request.GET else _rate_lines(audit))
    name = "audit-answers.csv" if "answers" in request.GET else "audit-rates.csv"
    return HttpResponse(
        "\ufeff" + place.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _rate_lines(audit):
    whole, sites, items = rates(audit)
    yield RATES
    kinds = (("audit", [whole] if whole else []), ("site", sites), ("item", items))
    for kind, found in kinds:
        for one in found:
            limits = one.estimate
            numbers = [f"{part:.6f}" if one.answers else "" for part in (limits.estimate, limits.lower, limits.upper)]
            counts = [one.counts[name] for name in ("compared", "differ", "open", "unclear")]
            what = audit.name if kind == "audit" else one.label
            yield [kind, guarded(what), *counts, one.errors, one.answers, *numbers]


def _answer_lines(audit):
    yield ANSWERS
    found = (
        AuditAnswer.objects.not_withdrawn().filter(audit_form__audit=audit).select_related("audit_form", "case", "site")
    )
    for one in found.order_by("case__number", "audit_form", "pk"):
        model = model_of(one.audit_form)
        words = (
            one.case.number,
            one.site.code,
            one.audit_form.form,
            one.item,
            label_of(model._meta.get_field(one.item)),
            in_words(model, one.item, one.stored),
            in_words(model, one.item, one.entered),
            one.get_outcome_display(),
            one.get_verdict_display(),
            one.judged_by,
        )
        yield [guarded(str(word)) for word in words]
