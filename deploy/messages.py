"""Message catalogues without GNU gettext: extracted here, merged and compiled with polib."""

import ast
import io
import sys
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
PLURAL_FORMS = 1  # Japanese
PYTHON, TEMPLATES = ("registry/**/*.py", "analytics/**/*.py"), ("templates/**/*.html", "templates/**/*.txt")
# function, without _lazy and _noop → what its first arguments are
ARGUMENTS = {
    "_": ("one",),
    "gettext": ("one",),
    "ngettext": ("one", "many"),
    "pgettext": ("context", "one"),
    "npgettext": ("context", "one", "many"),
}


def compile_all(root):
    """Compile every .po whose .mo is missing or older."""
    for path in root.glob("locale/*/LC_MESSAGES/*.po"):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime:
            polib.pofile(str(path)).save_as_mofile(str(compiled))


def messages(root):
    """(context, message, plural) of everything that is shown: code, templates, the dictionary, the analyses."""
    for path in sorted(path for place in PYTHON for path in root.glob(place)):
        yield from messages_of_code(path.read_text(encoding="utf-8"))
    for path in sorted(path for place in TEMPLATES for path in root.glob(place)):
        yield from messages_of_template(path.read_text(encoding="utf-8"), str(path))
    yield from dictionary_messages()
    yield from analysis_messages()


def messages_of_code(text):
    """Messages of Python source, those inside f-strings too, which tokens do not reach."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        if isinstance(node.func, ast.Name):
            names = ARGUMENTS.get(node.func.id.removesuffix("_lazy").removesuffix("_noop"), ())
            given = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if names and given and len(given) >= len(names):
                found = dict(zip(names, given, strict=False))
                yield found.get("context"), found["one"], found.get("many", "")


def messages_of_template(text, origin=""):
    """Messages of a template."""
    from babel.messages.extract import DEFAULT_KEYWORDS, extract
    from django.utils.translation.template import templatize

    source = f"({templatize(text, origin=origin)})"  # in brackets, indents mean nothing to the tokenizer
    for _line, message, _comments, context in extract("python", io.BytesIO(source.encode()), DEFAULT_KEYWORDS):
        one, many = message if isinstance(message, tuple) else (message, "")
        if one:
            yield context, one, many


def dictionary_messages():
    """Labels and notes of the items, labels of the codes, units and scales, with the contexts under which they are shown."""
    import django

    django.setup()
    from registry.dictionary.codelists import CODE_LISTS, DatePrecision, MissingReason
    from registry.dictionary.units import accepted
    from registry.grading.fields import FIELDS
    from registry.models import FORMS

    for form in FORMS:
        for item in form.items().values():
            yield "item", item.label, ""
            for unit in accepted(item.unit) if item.unit else ():
                yield "unit", unit, ""
            if item.note:
                yield "note", item.note, ""
    for field in FIELDS:
        yield "scale", f"{field.scale.name} {field.scale.version}", ""
        if field.unit:
            yield "unit", field.unit, ""
    for name, codelist in CODE_LISTS.items():
        for member in codelist:
            yield name, member.label, ""
    for context, enum in (("missing_reason", MissingReason), ("date_precision", DatePrecision)):
        for member in enum:
            yield context, member.value, ""


def analysis_messages():
    """What stored results say in words."""
    from analytics.phrases import CONTEXT, PHRASES

    return ((CONTEXT, phrase, "") for phrase in PHRASES)


def merge(catalogue, root):
    """Bring a catalogue up to date: new messages are added untranslated, unused ones become obsolete."""
    template = polib.POFile()
    seen = {}
    for context, one, many in messages(root):
        if (context, one) not in seen or many:
            seen[context, one] = many
    for (context, one), many in seen.items():
        plural = {"msgid_plural": many, "msgstr_plural": dict.fromkeys(range(PLURAL_FORMS), "")} if many else {}
        template.append(polib.POEntry(msgctxt=context, msgid=one, **plural))
    catalogue.merge(template)
    return catalogue


def untranslated(path, root):
    """Messages of the source that the catalogue does not translate."""
    catalogue = merge(polib.pofile(str(path)), root)
    return [entry for entry in catalogue if not entry.obsolete and not entry.translated()]


def main():
    """--merge: write the catalogues anew. Without: list what is not translated, and fail if anything is."""
    status = 0
    for path in sorted(ROOT.glob("locale/*/LC_MESSAGES/django.po")):
        if "--merge" in sys.argv:
            catalogue = merge(polib.pofile(str(path)), ROOT)
            for entry in catalogue.obsolete_entries():
                catalogue.remove(entry)
            catalogue.save(str(path))
        missing = untranslated(path, ROOT)
        for entry in missing:
            print(f"{path.relative_to(ROOT)}: not translated: {entry.msgctxt or '-'} | {entry.msgid}")
        status = status or bool(missing)
    return int(status)


if __name__ == "__main__":
    raise SystemExit(main())
