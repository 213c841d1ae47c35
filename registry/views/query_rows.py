"""One query as the pages show it: where it stands, in which state, who owes the next step, and what this person may do."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from registry.access.permissions import Permission
from registry.models import AnswerKind, Query, QueryState
from registry.queries import Asked, asked
from registry.views.case_forms import row_title
from registry.views.statuses import QUERY

OWES = {
    QueryState.OPEN: gettext_lazy("the site"),
    QueryState.ANSWERED: gettext_lazy("the data manager"),
    QueryState.CLOSED: gettext_lazy("nobody"),
}
FROM = {  # step → the states from which it leads
    "answer": (QueryState.OPEN,),
    "close": (QueryState.OPEN, QueryState.ANSWERED),
    "reopen": (QueryState.ANSWERED, QueryState.CLOSED),
}
NEEDS = {"answer": Permission.QUERY_ANSWER, "close": Permission.QUERY_MANAGE, "reopen": Permission.QUERY_MANAGE}


@dataclass(frozen=True)
class QueryRow:
    """A query on a page."""

    query: Query
    asked: Asked

    @property
    def words(self):
        """The question, in the reader's language or as it was typed."""
        return self.asked.words

    @property
    def label(self):
        """The item's label, or nothing."""
        return self.asked.label

    @property
    def days(self):
        """Whole days since it was opened."""
        return self.asked.days

    @property
    def status(self):
        """Its state, with a shape."""
        return QUERY[self.query.state]

    @property
    def owes(self):
        """Who takes the next step."""
        return OWES[self.query.state]

    @property
    def title(self):
        """The form row that it is about."""
        title = row_title(self.asked.row)
        return _("%(form)s (removed)") % {"form": title} if self.asked.row.is_void else title

    @property
    def place(self):
        """The form row with its question."""
        return pgettext("between counts", " · ").join(part for part in (self.title, self.label) if part)

    @property
    def form_url(self):
        """The form at the question; the history of a form that was removed."""
        where = [self.query.case.number, self.query.form, self.asked.row.key]
        if self.asked.row.is_void:
            return reverse("form_history", args=where)
        return reverse("form", args=where) + (f"#{self.query.item}" if self.query.item else "")

    @property
    def url(self):
        """The thread."""
        return reverse("query", args=[self.query.pk])

    @property
    def seen(self):
        """What a selection sends: which query, and the version that was shown."""
        return f"{self.query.pk}:{self.query.version}"


def query_rows(queries):
    """The rows of queries whose case and site are read already, in the order given."""
    return [QueryRow(one.query, one) for one in asked(queries)]


def steps_for(person, state=None):
    """What this person may do: to a query in this state, or to any."""
    return [
        step for step, permission in NEEDS.items() if person.may(permission) and (state is None or state in FROM[step])
    ]


def kinds():
    """(value, words) of what a site can say that it did."""
    return AnswerKind.choices
