"""An infused patient, a data manager, and what they ask about."""

from decimal import Decimal

from registry.access.row_security import everything_scope
from registry.actions.queries import raise_query
from registry.models import Infusion, Query
from tests import factories
from tests.registry.actions.queries.asked import correct
from tests.standing import standing

WEIGHT = Decimal("240")  # the usual range of a body weight ends below it


@standing
def manager():
    """A data manager."""
    return factories.person("manager")


@standing
def infused(kyoto, nurse):
    """An infused patient of Kyoto."""
    return factories.infused_case(kyoto, by=nurse)


@standing
def infusion(infused):
    """The patient's infusion."""
    with everything_scope(actor="tests"):
        return Infusion.objects.get()


@standing
def query(infusion, manager):
    """A question of the data manager about the weight."""
    return raise_query(infusion, item="inf_weight", text="Is this the weight of the day?", by=manager)


@standing
def odd(infusion, nurse):
    """The infusion with an unusual weight, and the only query that asks about it."""
    saved = correct(infusion, nurse, inf_weight=WEIGHT)
    with everything_scope(actor="tests"):
        return saved, Query.objects.get(rule="infusion.inf_weight.unusual")
