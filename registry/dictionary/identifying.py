"""Which items say who a patient is by themselves. Dates do not, but for the day of birth; `Item.identifying` marks both."""

from registry.dictionary.items import Item

BORN = "birth_date"


def is_direct(name: str, item: Item) -> bool:
    """Whether the answer alone can name a patient: numbers of other registries, the lot, where somebody lives, the day of birth."""
    return item.identifying and (item.kind != "date" or name == BORN)
