"""What every case report form shares: its case, site, version, items and sections."""

from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from registry.access.scope import FormManager, FormQuerySet
from registry.dictionary.items import EMPTY, Item
from registry.fields import ItemField

STATES = ("is_void", "is_complete", "is_verified", "is_locked")
STRUCTURE = ("id", "case", "site", "version", *STATES)


class FormModel(models.Model):
    """One stored case report form (or one row of a repeating one).

    Subclasses give `form_id` and `form_name` (dictionary), `title`, `sections` (title → item names; every item once) and, where
    they apply, `key_item` (the row number of a repeating form) and `dated_by` (the date by which it stands on the timeline).
    """

    case = models.ForeignKey("registry.Case", on_delete=models.PROTECT)
    site = models.ForeignKey("registry.Site", on_delete=models.PROTECT)
    version = models.PositiveIntegerField(default=0)
    is_void = models.BooleanField(default=False)  # entered by mistake: kept for the history, counted nowhere
    is_complete = models.BooleanField(default=False, db_default=False)  # the site says so, and no check contradicts
    is_verified = models.BooleanField(default=False, db_default=False)  # compared with the source by a data manager
    is_locked = models.BooleanField(
        default=False, db_default=False
    )  # PostgreSQL refuses every change until two persons open it

    objects = FormManager.from_queryset(FormQuerySet)()
    with_void = FormQuerySet.as_manager()

    form_id = ""
    form_name = ""
    title = ""
    of_course = False
    key_item = ""
    dated_by = ""
    log_of: tuple[str, str] | None = (
        None  # of a daily log: the form it hangs below, and the item that says which row of it
    )
    sections: dict[str, tuple[str, ...]] = {}
    queries_opened = queries_closed = 0  # in the whole case, by the save that returned this instance

    class Meta:
        abstract = True

    @classmethod
    @cache
    def items(cls) -> dict[str, Item]:
        """Item name → Item, in the order of the sections."""
        fields = {field.name: field for field in cls._meta.local_fields if isinstance(field, ItemField)}
        return {name: fields[name].item for names in cls.sections.values() for name in names}

    @classmethod
    @cache
    def columns(cls) -> list[str]:
        """Names of all answer columns: items and their companions, as stored and exported."""
        structure = {*STRUCTURE, "course_no"} - set(cls.items())
        return [field.name for field in cls._meta.local_fields if field.name not in structure]

    @property
    def key(self) -> str:
        """The part of the address that tells this row from the case's other rows of the form."""
        course = [str(self.course_no)] if self.of_course else []
        row = [str(getattr(self, self.key_item))] if self.key_item else []
        return ".".join(course + row) or "1"

    def answers(self) -> dict:
        """Column name → stored answer, companions included."""
        return {name: getattr(self, name) for name in self.columns()}

    def clean(self):
        """Rules between the columns of one row: value or reason, precision only with a date, text only with "Other"."""
        errors = {}
        for name, item in self.items().items():
            value = getattr(self, name)
            if value not in EMPTY and getattr(self, f"{name}_mr", None):
                errors[name] = ValidationError(
                    _("Both a value and a reason why it is missing are given. Keep one of them."),
                    code="value_and_reason",
                )
            if item.kind == "date":
                setattr(self, f"{name}_p", None if value is None else getattr(self, f"{name}_p") or "D")
            if item.other_code is not None:
                self._keep_other_text(name, item, value, errors)
        if errors:
            raise ValidationError(errors)

    def _keep_other_text(self, name, item, value, errors):
        chosen = item.other_code in (value if isinstance(value, list) else [value])
        text = (getattr(self, f"{name}_oth") or "").strip() or None
        setattr(self, f"{name}_oth", text)
        if text and not chosen:
            errors[f"{name}_oth"] = ValidationError(
                _("A text is given for “Other”, but “Other” is not chosen. Choose it or clear the text."),
                code="other_not_chosen",
            )


class CourseForm(FormModel):
    """A form that belongs to one CAR-T course of the case; course 1 is the index course."""

    course_no = models.PositiveSmallIntegerField(gettext_lazy("CAR-T course"), default=1)
    of_course = True

    class Meta:
        abstract = True
