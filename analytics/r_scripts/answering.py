"""The lines of a script that make columns of the answers of forms, each by its rule."""

from collections.abc import Iterable

from analytics.core.items.asked import ANY, asked_by, file_of, forms_of
from analytics.core.items.declared import YES_NO
from analytics.r_scripts.text import comment, literal, name, vector


def is_answer(column: str) -> bool:
    """Whether a column is made of an answer of a form."""
    return asked_by(column) is not None


def files_of(columns: Iterable[str]) -> list[str]:
    """The files that the columns are made from, in the order of the script's arguments."""
    return [file_of(form) for form in forms_of(columns)]


def of_answers(columns: Iterable[str], place: int) -> list[str]:
    """The columns of `rows` that are made of answers; `place` is that of the first of their files among the arguments."""
    wanted = list(dict.fromkeys(columns))
    places = {file: place + i for i, file in enumerate(files_of(wanted))}
    lines = []
    for column in wanted:
        asked = asked_by(column)
        if asked is None:
            continue
        file = file_of(asked.item.form)
        said = [f"file_named({places[file]}, {literal(file)})", literal(asked.item.name), literal(asked.rule)]
        said += [vector(asked.item.unknown), *([vector(asked.codes)] if asked.rule == ANY else [])]
        lines += [comment(asked.label), f"rows${name(column)} <- answer_of({', '.join(said)})"]
        if asked.item.kind == YES_NO and asked.rule != ANY:
            lines.append(f'rows${name(column)} <- unname(c("0" = "no", "1" = "yes")[rows${name(column)}])')
    return lines
