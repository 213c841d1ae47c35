"""What the form of the choices is made of: fields with what is chosen, kept as it was typed, and what is said about each."""

from dataclasses import dataclass, field

from analytics.explore import words
from analytics.explore.grammar import OF_METHOD, columns_of
from analytics.explore.problems import shown

SELECT, TEXT, NUMBERS, BOXES, RANGE, HIDDEN = "select", "text", "numbers", "boxes", "range", "hidden"


@dataclass(frozen=True)
class Option:
    """One possible value."""

    value: str
    label: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Field:
    """One question. options: (heading or "", [Option]), of boxes with whether one is ticked; inputs: (name, value, label) of a range; messages: (kind, sentence)."""

    name: str
    label: str
    kind: str
    value: str = ""
    options: tuple = ()
    inputs: tuple = ()
    note: str = ""
    messages: tuple = ()
    without: str = ""  # address without this filter

    @property
    def is_refused(self):
        """Whether something is wrong with it."""
        return any(kind == "bad" for kind, _text in self.messages)


@dataclass(frozen=True)
class Section:
    """Fields that belong together, in a fold; `summary` is what is chosen in it, in a few words; hits: what a search has found."""

    name: str
    title: str
    fields: tuple
    summary: str = ""
    is_open: bool = True
    hits: object = None


@dataclass
class Form:
    """What the template shows. messages: (kind, sentence) that belong to no field."""

    sections: list
    messages: list = field(default_factory=list)
    begun: tuple = ()  # columns whose filter says nothing yet


class Fields:
    """Makes the fields of an address."""

    def __init__(self, address, said, found, cuts):
        self.address, self.found, self.cuts = address, found, cuts
        self.words, self.method_word, self.cohort = address.said.words, address.method, address.cohort
        self.messages = [(one.parameter, kind, words.message(one)) for kind, one in said]
        self.columns = columns_of(self.cohort)

    # Parts of a field.

    def given(self, name, default=""):
        """The value as typed."""
        return self.words.get(name, [default])[0]

    def of(self, *names):
        """The messages of these parameters."""
        return tuple((kind, text) for parameter, kind, text in self.messages if parameter in names)

    def select(self, name, groups, default="", **more):
        chosen = self.given(name, default)
        known = any(value == chosen for _head, pairs in groups for value, _label in pairs)
        # What was typed stays chosen, so that what is said about it is about what is seen.
        typed = [] if known or not chosen else [("", [(chosen, words.column_label(shown(chosen)))])]
        options = tuple(
            (head, [Option(value, label, value == chosen) for value, label in pairs])
            for head, pairs in [*groups, *typed]
        )
        return Field(name, words.label_of(name), SELECT, chosen, options, messages=self.of(name), **more)

    def text(self, name, kind=TEXT, default="", **more):
        typed = ", ".join(self.words.get(name, [])) or default
        return Field(name, words.label_of(name), kind, typed, messages=self.of(name), **more)

    def boxes(self, name, groups, chosen=None, **more):
        ticked = self.words.get(name, []) if chosen is None else chosen
        options = tuple(
            (
                head,
                [Option(value, label, value in ticked) for value, label in pairs],
                any(v in ticked for v, _ in pairs),
            )
            for head, pairs in groups
        )
        return Field(
            name, more.pop("label", words.label_of(name)), BOXES, options=options, messages=self.of(name), **more
        )

    def knows(self, name):
        """Whether the method has this parameter."""
        return self.method_word in OF_METHOD[name]
