"""A form model as its entry form: what was typed in, answers for one action out."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from registry.dictionary.codelists import MissingReason
from registry.dictionary.items import EMPTY, plain
from registry.entry.dates import as_typed
from registry.entry.fields import ANSWERS, AnswerField
from registry.fields import HospitalNumber

REASONS = [reason.name for reason in MissingReason]
COMPANIONS = ("_mr", "_oth")


class EntryForm(forms.Form):
    """The answers of one case report form, as typed.

    instance   a stored row of the form model, or a new one with its case set
    data       what was posted; None shows the stored answers
    day0       the day of infusion, by which dates are also said
    """

    use_required_attribute = False

    def __init__(self, instance, data=None, *, day0=None):
        self.instance, self.day0 = instance, day0
        self.stored, self.items = instance.answers(), instance.items()
        super().__init__(data, auto_id="%s")
        for name, item in self.items.items():
            if not item.key:
                words = {"day0": day0} if item.kind == "date" else {}
                self.fields[name] = ANSWERS[item.kind](item, initial=typed(instance, name), **words)
                for suffix in COMPANIONS:
                    if hasattr(instance, name + suffix):
                        self.fields[name + suffix] = AnswerField(item, initial=getattr(instance, name + suffix) or "")

    @property
    def names(self):
        """Names of the items asked, in the order of the sections."""
        return [name for name, item in self.items.items() if not item.key]

    def text(self, name):
        """What stands in the control: typed, or else stored. A list of codes for a multi-choice."""
        return self[name].value() or ([] if name in self.items and self.items[name].kind == "multi" else "")

    def clean(self):
        """Take a reason typed as the answer (ND, UK, NAP, PD), then put every answer that was understood on the instance."""
        for name in self.names:
            self._take_reason(name)
        for name in self.names:
            if name not in self.errors:
                self._put(name)
        if "go" in self.data:
            self._refuse_unseen()
        if not self.errors and self._is_new and not any(one not in EMPTY for one in self.instance.answers().values()):
            raise ValidationError(_("No question is answered yet, so there is nothing to store."), code="empty")

    @property
    def differs(self):
        """Whether what is typed is not what is stored. What cannot be understood differs too."""
        if set(self.errors) - {NON_FIELD_ERRORS}:
            return True
        return any(_or_none(answer) != _or_none(self.stored[name]) for name, answer in self.instance.answers().items())

    @property
    def copied(self):
        """Names of the items whose answer was repeated from the row before and not looked at since."""
        sent = self.data.getlist("copied") if hasattr(self.data, "getlist") else self.data.get("copied", [])
        return {name for name in sent if name in self.items and self.items[name].lasting}

    def _refuse_unseen(self):
        """What is repeated is stored only after somebody has looked at it."""
        for name in sorted(self.copied & self.fields.keys()):
            if self.cleaned_data.get(name) not in EMPTY:
                self.add_error(
                    name,
                    ValidationError(
                        _(
                            "This is the answer of last time, and nobody has looked at it yet. Please confirm or correct it."
                        ),
                        code="not_looked_at",
                    ),
                )

    @property
    def _is_new(self):
        return self.instance.pk is None or self.instance.is_void

    def _take_reason(self, name):
        """ "nd" typed where a number or date is asked is the reason why it is missing."""
        item = self.items[name]
        reason = str(self.data.get(name, "")).strip().upper() if item.kind in ("int", "dec", "date") else ""
        if reason in REASONS and f"{name}_mr" in self.fields:
            self._errors.pop(name, None)
            self.cleaned_data[name], self.cleaned_data[f"{name}_mr"] = None, reason

    def _put(self, name):
        answer = self.cleaned_data.get(name)
        if (
            isinstance(self.instance._meta.get_field(name), HospitalNumber)
            and not answer
            and not self.cleaned_data.get(f"{name}_mr")
        ):
            answer = self.stored[name]  # kept as a hash, so it cannot be shown to be sent back
        if self.items[name].kind == "date":
            answer, precision = answer or (None, None)
            setattr(self.instance, f"{name}_p", precision)
        setattr(self.instance, name, answer)
        for suffix in COMPANIONS:
            if name + suffix in self.fields:
                setattr(self.instance, name + suffix, self.cleaned_data.get(name + suffix) or None)

    def _post_clean(self):
        """Say at once what the model refuses beside what could not be understood."""
        misunderstood = {name + suffix for name in self.errors for suffix in ("", "_p", *COMPANIONS)}
        try:
            self.instance.full_clean(
                exclude={"case", "site", *self._unasked(), *misunderstood},
                validate_unique=False,
                validate_constraints=False,
            )
        except ValidationError as refusal:
            self.refuse(refusal)

    def _unasked(self):
        """Columns that no control stands for."""
        return {field.name for field in self.instance._meta.fields} - set(self.instance.columns())

    def refuse(self, refusal):
        """Show what an action refused beside its question; what names no question stands at the top."""
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for name, errors in refusal.error_dict.items():
            field = name if name in self.fields else name.removesuffix("_p")
            place = field if field in self.fields else None
            known = set(self.errors.get(field if place else NON_FIELD_ERRORS, []))
            for error in errors:
                if not known.intersection(error.messages):
                    self.add_error(place, error)


def typed(instance, name):
    """A stored answer as one would type it."""
    answer, item = getattr(instance, name), instance.items()[name]
    if isinstance(instance._meta.get_field(name), HospitalNumber):
        return ""
    if item.kind == "multi":
        return [str(one) for one in answer or []]
    if answer is None:
        return ""
    if item.kind == "date":
        return as_typed(answer, getattr(instance, f"{name}_p"))
    return plain(answer) if item.kind in ("dec", "int") else str(answer)


def _or_none(answer):
    return None if answer in EMPTY else answer
