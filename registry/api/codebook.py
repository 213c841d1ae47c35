"""The codebook: every item of every form, with what a reader of the data needs."""

from django.utils import translation
from django.utils.translation import gettext, pgettext
from drf_spectacular.utils import OpenApiParameter, extend_schema_view
from rest_framework import serializers
from rest_framework.response import Response

from registry.api.answers import answer_fields, number
from registry.api.authentication import KNOWN
from registry.api.base import RestView, bad_parameter
from registry.api.schema import list_schema
from registry.models import FORM_OF

TYPES = {"cat": "code", "multi": "codes", "int": "integer", "dec": "decimal", "date": "date", "text": "text"}


class CodeSerializer(serializers.Serializer):
    """One code of a closed list."""

    code = serializers.IntegerField()
    label = serializers.CharField()
    label_ja = serializers.CharField()
    exclusive = serializers.BooleanField(help_text="Cannot be combined with another code of the item.")


class RangeSerializer(serializers.Serializer):
    """A closed range; an end that is null is open."""

    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class ConditionSerializer(serializers.Serializer):
    """An answer on which a question depends."""

    variable = serializers.CharField()
    comparison = serializers.CharField()
    codes = serializers.ListField(child=serializers.FloatField())


class OrderSerializer(serializers.Serializer):
    """How this date stands to another item's date, plus days."""

    comparison = serializers.CharField()
    variable = serializers.CharField()
    days = serializers.IntegerField()


class ItemSerializer(serializers.Serializer):
    """One question of a case report form."""

    variable = serializers.CharField()
    form = serializers.CharField()
    form_id = serializers.CharField()
    form_title = serializers.CharField()
    section = serializers.CharField()
    label = serializers.CharField()
    label_ja = serializers.CharField()
    type = serializers.CharField(help_text=", ".join(TYPES.values()))
    unit = serializers.CharField()
    codelist = serializers.CharField(allow_null=True)
    codes = CodeSerializer(many=True)
    hard_range = RangeSerializer(allow_null=True, help_text="Outside, the value is refused.")
    soft_range = RangeSerializer(allow_null=True, help_text="Outside, the value is kept and asked about.")
    required = serializers.BooleanField()
    asked_if = ConditionSerializer(many=True, help_text="All must hold, else the question does not apply.")
    order = OrderSerializer(many=True)
    partial = serializers.BooleanField(help_text="The date may be known to the month or the year only.")
    critical = serializers.BooleanField(help_text="An endpoint needs it.")
    identifying = serializers.BooleanField()
    key = serializers.BooleanField(help_text="Numbers the rows of a repeating form.")
    sas = serializers.CharField()
    note = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField(), help_text="The item's column and its companions.")


@extend_schema_view(
    get=list_schema(
        "codebook",
        ItemSerializer,
        "List: every item of every form",
        parameters=[OpenApiParameter("form", {"type": "string", "enum": list(FORM_OF)}, description="Only this form.")],
        paged=False,
    )
)
class Codebook(RestView):
    """The dictionary of the registry."""

    rights = {"GET": KNOWN}
    parameters = ("form",)

    def get(self, request):
        """All items in the order of the forms; `form` narrows it to one form."""
        name = request.query_params.get("form")
        if name is not None and name not in FORM_OF:
            raise bad_parameter("form", name, ", ".join(FORM_OF))
        forms = [FORM_OF[name]] if name else FORM_OF.values()
        return Response({"results": [one for form in forms for one in items_of(form)], "next": None})


def items_of(form):
    """The items of one form model as JSON."""
    columns = list(answer_fields(form))
    for section, names in form.sections.items():
        for name in names:
            item = form.items()[name]
            yield {
                "variable": name,
                "form": form.form_name,
                "form_id": form.form_id,
                "form_title": gettext(form.title),
                "section": gettext(section),
                **words_of(item),
                "columns": [column for column in columns if column in (name, f"{name}_mr", f"{name}_p", f"{name}_oth")],
            }


def words_of(item):
    """What an Item says, as JSON."""
    return {
        "label": item.label,
        "label_ja": in_japanese("item", item.label),
        "type": TYPES[item.kind],
        "unit": item.unit,
        "codelist": item.codelist.list_name() if item.codelist else None,
        "codes": codes_of(item.codelist),
        "hard_range": span(item.hard),
        "soft_range": span(item.soft),
        "required": item.required,
        "asked_if": [
            {"variable": one.item, "comparison": one.comparison, "codes": as_list(one.codes)} for one in item.asked_if
        ],
        "order": [{"comparison": one.comparison, "variable": one.item, "days": one.days} for one in item.order],
        "partial": item.partial,
        "critical": item.critical,
        "identifying": item.identifying,
        "key": item.key,
        "sas": item.sas,
        "note": item.note,
    }


def codes_of(codelist):
    """The codes of a list with their labels."""
    if codelist is None:
        return []
    context = codelist.list_name()
    return [
        {"code": one.value, "label": one.label, "label_ja": in_japanese(context, one.label), "exclusive": one.exclusive}
        for one in codelist
    ]


def in_japanese(context, text):
    """The Japanese words of the message catalogue."""
    with translation.override("ja"):
        return pgettext(context, text)


def span(limits):
    """A range as JSON numbers, or null."""
    return limits and {"low": number(limits.low), "high": number(limits.high)}


def as_list(codes):
    """The codes of a condition."""
    return [number(code) for code in (codes if isinstance(codes, tuple) else [codes])]
