"""Filters of a list as links: each state of the list has an address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Chip:
    """One choice of a filter."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True)
class Filter:
    """One property by which a list can be narrowed."""

    name: str
    chips: list


class Filters:
    """The filters of one list, read from the address. A value that a filter does not offer counts as none."""

    def __init__(self, params, offers):
        """offers: parameter → (name, {value: label}); the label of "" says what is shown without the filter, else "all"."""
        self.offers = offers
        self.search = params.get("q", "").strip()[:60]
        self.chosen = {key: params[key] for key, (_name, values) in offers.items() if params.get(key) in values}
        self.chosen = {key: value for key, value in self.chosen.items() if value}

    def get(self, key):
        """The value chosen for a filter, or None."""
        return self.chosen.get(key)

    def shown(self):
        """The filters as chips; one with a single choice is left out."""
        return [self._filter(key, name, values) for key, (name, values) in self.offers.items() if len(values) > 1]

    def _filter(self, key, name, values):
        rest = values.get("", _("all"))
        chips = [Chip(rest, self._url({**self.chosen, key: None}), key not in self.chosen)]
        chips += [
            Chip(label, self._url({**self.chosen, key: value}), self.get(key) == value)
            for value, label in values.items()
            if value
        ]
        return Filter(name, chips)

    def url(self, **changes):
        """The address of the list with some filters chosen otherwise."""
        return self._url({**self.chosen, **changes})

    def _url(self, chosen):
        return "?" + self._query(chosen)

    def _query(self, chosen):
        given = {"q": self.search, **chosen}
        return urlencode({key: value for key, value in given.items() if value})

    @property
    def query(self):
        """The query string of the filters in force, to put page=… behind."""
        query = self._query(self.chosen)
        return f"{query}&" if query else ""
