"""A case report form as one JSON object: structure, then its answers. Read and written from the form model's items."""

import difflib

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.functional import cached_property
from rest_framework import serializers

from registry.actions.forms import LockedError, save_form
from registry.api.answers import answer_fields, as_known
from registry.api.base import shown
from registry.api.hidden import row_mark
from registry.api.problems import Problem, entry, refusals
from registry.dictionary.identifying import is_direct
from registry.dictionary.items import EMPTY
from registry.models import FORMS

COARSER = {"M": "-01", "Y": "-01-01"}  # what a full date ends in, if it stands for a month or a year
REASON, COMPLETE = "_reason", "_complete"
NAMES_SAID_BACK = 5


class FormSerializer(serializers.Serializer):
    """One stored form. Subclasses are made for each form model and name it in `form_class`."""

    form_class: type

    def get_fields(self):
        """Structure that the registry gives, the answers, and the reason of a correction."""
        read_only = {"read_only": True}
        structure = {
            "case": serializers.RegexField(r"^[A-Z]{3}-\d{4}$", help_text="The case's number."),
            "site": serializers.CharField(help_text="The site's code.", **read_only),
            "form": serializers.CharField(help_text="The form's name.", **read_only),
            "key": serializers.CharField(
                help_text="What tells this row from the case's other rows of the form.", **read_only
            ),
            "version": serializers.IntegerField(help_text="Raised by every save; part of the ETag.", **read_only),
            "is_complete": serializers.BooleanField(help_text="Marked complete by the site.", **read_only),
            "is_verified": serializers.BooleanField(help_text="Compared with the source.", **read_only),
            "is_locked": serializers.BooleanField(
                help_text="Cannot be changed until two persons have opened it.", **read_only
            ),
        }
        if self.form_class.of_course:
            about = "The CAR-T course; 1, the index course, unless given."
            structure["course_no"] = serializers.IntegerField(min_value=1, max_value=9, required=False, help_text=about)
        about = "Why a stored answer changes; needed when one does."
        reason = serializers.CharField(write_only=True, required=False, max_length=500, help_text=about)
        about = "Send true to mark the form complete; it is stored either way, and complete only if no check blocks it."
        complete = serializers.BooleanField(write_only=True, required=False, help_text=about)
        return {**structure, **answer_fields(self.form_class), REASON: reason, COMPLETE: complete}

    def to_representation(self, form):
        """The stored form as JSON; the hospital number is never shown, what names a patient not by every token."""
        body = {**structure_of(form)}
        for name, answer in self._fields_of_answers.items():
            stored = getattr(form, name)
            if answer.write_only or name in self._withheld:
                continue
            if stored in EMPTY:
                body[name] = None
            elif answer.item.kind == "date" and name in self._items:
                body[name] = as_known(stored, getattr(form, f"{name}_p"))
            else:
                body[name] = answer.to_representation(stored)
        return body

    @cached_property
    def _withheld(self):
        return withheld_from(self.context["person"], self.form_class)

    @cached_property
    def _items(self):
        return self.form_class.items()

    @cached_property
    def _fields_of_answers(self):
        columns = set(self.form_class.columns())
        return {name: field for name, field in self.fields.items() if name in columns}

    def to_internal_value(self, data):
        """Column → value to store. Raises a Problem naming every field at fault, what was found and what is allowed."""
        answers, errors = self._fields_of_answers, list(self._unknown(data))
        values = {}
        for name in data.keys() & answers.keys():
            try:
                values[name] = None if data[name] is None else answers[name].to_internal_value(data[name])
            except serializers.ValidationError as refusal:
                errors.append(self._entry(name, "wrong_type", " ".join(refusal.detail), data))
        for name, item in self._items.items():
            if item.kind == "date":
                errors += self._settle_precision(name, values, data)
        if not isinstance(data.get(REASON, ""), str) or len(data.get(REASON, "")) > 500:
            errors.append(entry(REASON, "wrong_type", "A reason is a text of up to 500 characters."))
        if not isinstance(data.get(COMPLETE, False), bool):
            errors.append(entry(COMPLETE, "wrong_type", f"{COMPLETE} is true or false."))
        if errors:
            raise refused([*errors, *self._impossible(values, data)])
        return values

    def _unknown(self, data):
        known = self.fields.keys()
        answers = list(self._fields_of_answers)
        stored = self._fixed()
        for name in data:
            if name not in known:
                close = difflib.get_close_matches(name, known, NAMES_SAID_BACK)
                hint = f"Did you mean {', '.join(close)}?" if close else f"Its items are {', '.join(self._items)}."
                detail = f"{self.form_class.form_name} has no item “{shown(name)}”. {hint}"
                yield entry(name, "unknown_item", detail, rule=self._rule("unknown_item"), found=name, allowed=answers)
            elif name in stored and data[name] != stored[name]:
                detail = f"{name} is {stored[name]} and never changes."
                yield entry(
                    name, "fixed", detail, rule=self._rule(f"{name}.fixed"), found=data[name], allowed=stored[name]
                )

    def _fixed(self):
        """What a correction cannot change: the structure and the row's number."""
        if not self.instance:
            return {"form": self.form_class.form_name}
        number = self.form_class.key_item
        return {**structure_of(self.instance), **({number: getattr(self.instance, number)} if number else {})}

    def _impossible(self, values, data):
        """Errors of the values that were understood, so that one answer names everything that is wrong."""
        others = {field.name for field in self.form_class._meta.fields} - values.keys()
        try:
            self.form_class(**values).clean_fields(exclude=others)
        except ValidationError as refusal:
            yield from self._refusals(refusal, data)

    def _refusals(self, refusal, data):
        allowed = {name: field.allowed() for name, field in self._fields_of_answers.items()}
        for one in refusals(refusal, form=self.form_class.form_name, found=data, allowed=allowed):
            yield {**one, "field": REASON, "pointer": f"/{REASON}"} if one["code"] == "reason" else one

    def _settle_precision(self, name, values, data):
        """Give the date's companion what the date's text says; yield an error where the two contradict each other."""
        companion = f"{name}_p"
        said = values.pop(companion, None)
        if name not in values:
            if said and said != getattr(self.instance, companion, None):
                yield self._entry(companion, "precision", f"{companion} can only be sent together with {name}.", data)
            return
        values[name], precision = values[name] or (None, None)
        if said and said != precision:
            ending = COARSER.get(said)
            if precision != "D" or not ending or not data[name].endswith(ending):
                yield self._entry(
                    companion, "precision", f"{name} is “{data[name]}”, which does not fit the precision {said}.", data
                )
        values[companion] = said or precision

    def _entry(self, name, code, detail, data):
        return entry(
            name,
            code,
            detail,
            rule=self._rule(f"{name}.{code}"),
            found=data.get(name),
            allowed=self.fields[name].allowed(),
        )

    def _rule(self, name):
        return f"{self.form_class.form_name}.{name}"

    def enter(self, *, by, **words):
        """Store the validated answers as a new form. words: `case` and maybe `course_no`."""
        return self._stored(self.form_class(**words, **self.validated_data), by, 0)

    def correct(self, *, by):
        """Store the validated answers over those of `instance`."""
        form, seen_version = self.instance, self.instance.version
        for name, value in self.validated_data.items():
            setattr(form, name, value)
        return self._stored(form, by, seen_version)

    def _stored(self, form, by, seen_version):
        data = self.initial_data
        try:
            reason, complete = data.get(REASON, ""), data.get(COMPLETE, False)
            return save_form(form, by=by, seen_version=seen_version, reason=reason, complete=complete)
        except LockedError as refusal:
            raise Problem("locked", " ".join(refusal.messages) if refusal.around else "") from None
        except ValidationError as refusal:
            raise refused(list(self._refusals(refusal, data))) from None


def refused(errors):
    """The problem of answers that were not stored."""
    count = len(errors)
    return Problem(
        "refused",
        f"{count} answer{'s need' if count > 1 else ' needs'} correction. {errors[0]['detail']}",
        errors=errors,
    )


def structure_of(form):
    """What the registry itself says about a stored form."""
    course = {"course_no": form.course_no} if form.of_course else {}
    return {
        "case": form.case.number,
        "site": form.site.code,
        "form": form.form_name,
        "key": form.key,
        "version": form.version,
        **{name: getattr(form, name) for name in ("is_complete", "is_verified", "is_locked")},
        **course,
    }


def withheld_from(person, form):
    """Columns of the items that name a patient, for a person who came by a token that does not answer them."""
    if person.sees_identifiers:
        return frozenset()
    direct = [name for name, item in form.items().items() if is_direct(name, item)]
    return frozenset(f"{name}{ending}" for name in direct for ending in ("", "_mr", "_p", "_oth"))


def tag_of(form):
    """The entity tag of a stored form, without its quotes."""
    return f"{form.form_name}-{row_mark(form.form_name, form.pk)}-{form.version}"


def address_of(form):
    """The path of a stored form."""
    return reverse(f"api-{form.form_name}-detail", args=[form.case.number, form.key])


SERIALIZER_OF = {
    form: type(form.__name__, (FormSerializer,), {"form_class": form, "__doc__": form.__doc__}) for form in FORMS
}
