"""Two hospitals and their coordinators, and the history as the database wrote it."""

from registry.access.row_security import everything_scope
from registry.models import HistoryEvent
from tests import factories
from tests.standing import standing


@standing
def kyoto():
    """A hospital."""
    return factories.site("KYO")


@standing
def osaka():
    """Another hospital."""
    return factories.site("OSA")


@standing
def nurse(kyoto):
    """Kyoto's coordinator."""
    return factories.person("coordinator", sites=[kyoto])


@standing
def case(kyoto, nurse):
    """A case of Kyoto without forms."""
    return factories.enrolled_case(kyoto, by=nurse)


def history_of(form_name, item=None):
    """(kind, item, old, new) of each history row of a form, the columns that every insert fills left out."""
    with everything_scope(actor="tests"):
        rows = HistoryEvent.objects.filter(form=form_name).exclude(item__in=("is_void", "course_no"))
        rows = rows.filter(item=item) if item else rows
        return list(rows.values_list("kind", "item", "old", "new"))


def stored(model, **words):
    """The one stored row, voided or not."""
    with everything_scope(actor="tests"):
        return model.with_void.get(**words)
