"""What the REST interface of the analyses answers: the shapes, for the answers and for the OpenAPI document."""

from rest_framework import serializers

from analytics.core.columns.column import CATEGORY, DAY, FLAG, NUMBER
from analytics.core.columns.declarations import COLUMNS, KEYS


class DatasetSerializer(serializers.Serializer):
    """A stored dataset."""

    cohort = serializers.CharField(source="cohort.code")
    kind = serializers.CharField(help_text="live or cut")
    revision = serializers.IntegerField()
    hash = serializers.CharField(help_text="SHA-256 over the SHA-256 of its tables.")
    cases = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    code_version = serializers.CharField()
    name = serializers.CharField(help_text="Of a data cut; empty for a live revision.")
    cut_date = serializers.DateField(allow_null=True, help_text="Of a data cut: what happened later is not in it.")
    retired_at = serializers.DateTimeField(
        allow_null=True, help_text="Of a data cut: since when nothing of it is stored but its hash."
    )


class EndpointRowSerializer(serializers.Serializer):
    """Time and status of one case under one endpoint rule. Cases are pseudonyms, times are days from the clock's start."""

    case = serializers.CharField()
    site = serializers.CharField()
    cohort = serializers.CharField()
    stratum = serializers.CharField(allow_null=True)
    burden = serializers.CharField(allow_null=True)
    prior_hsct = serializers.CharField(allow_null=True)
    endpoint = serializers.CharField()
    version = serializers.IntegerField(help_text="Version of the endpoint rule.")
    clock = serializers.CharField()
    time = serializers.FloatField(help_text="Days; 0.5 for the day on which the clock starts.")
    status = serializers.IntegerField(help_text="0 censored, 1 event, 2 competing event.")
    cause = serializers.IntegerField(
        help_text="0 censored, 1 event; 2, 3, … the competing events of the rule, one by one."
    )
    event = serializers.CharField(allow_null=True)
    censor_reason = serializers.CharField(allow_null=True)
    imputed = serializers.BooleanField(help_text="A date behind the time was known to the month or year only.")


class EndpointTableSerializer(serializers.Serializer):
    """The endpoint table with the dataset it belongs to."""

    dataset = DatasetSerializer()
    results = EndpointRowSerializer(many=True)


class LevelSerializer(serializers.Serializer):
    """A value that a column can have, and what it means."""

    value = serializers.CharField()
    label = serializers.CharField()


class AskedOfSerializer(serializers.Serializer):
    """The cases for which a column is asked."""

    column = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class ColumnSerializer(serializers.Serializer):
    """A column of the case table."""

    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField(help_text="number, category, flag or day")
    when = serializers.CharField(help_text="From when on the value is known: baseline, at infusion or outcome.")
    unit = serializers.CharField()
    levels = LevelSerializer(many=True)
    items = serializers.ListField(child=serializers.CharField(), help_text="Items of the dictionary it is made from.")
    note = serializers.CharField()
    of = AskedOfSerializer(allow_null=True, help_text="The cases for which it is asked; null for all.")


FIELD_OF_KIND = {
    NUMBER: serializers.FloatField,
    DAY: serializers.IntegerField,
    FLAG: serializers.BooleanField,
    CATEGORY: serializers.CharField,
}
CaseRowSerializer = type(
    "CaseRowSerializer",
    (serializers.Serializer,),
    {
        "__doc__": "What is known of one case. Cases are pseudonyms; null is not known, not reported or not asked.",
        **{key: serializers.CharField(allow_null=key == "stratum") for key in KEYS},
        **{
            column.name: FIELD_OF_KIND[column.kind](allow_null=True, help_text=column.label)
            for column in COLUMNS
            if column.name not in KEYS
        },
    },
)


class CaseTableSerializer(serializers.Serializer):
    """The case table with its dictionary and the dataset it belongs to."""

    dataset = DatasetSerializer()
    columns = ColumnSerializer(many=True)
    results = CaseRowSerializer(many=True)


class QuestionSerializer(serializers.Serializer):
    """A question of a form."""

    name = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField(help_text="code, yes or no, several codes or number")
    when = serializers.CharField(help_text="From when on the answer is known: baseline, at infusion or outcome.")
    unit = serializers.CharField()
    levels = LevelSerializer(many=True)
    unknown = serializers.ListField(child=serializers.CharField(), help_text="Codes of the list that say “not known”.")


class AnswerTableSerializer(serializers.Serializer):
    """The answers of a form with its dictionary and the dataset they belong to."""

    dataset = DatasetSerializer()
    items = QuestionSerializer(many=True)
    results = serializers.ListField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)),
        help_text="Case, day, and the answer to each question; null is not known or not asked.",
    )


class AnalysisSerializer(serializers.Serializer):
    """An analysis of the catalogue."""

    name = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    cohort = serializers.CharField()
    endpoint = serializers.CharField(allow_null=True)
    population = serializers.CharField()
    groups = serializers.JSONField()  # any value, so null too
    method = serializers.CharField()
    at_months = serializers.ListField(child=serializers.IntegerField())
    tick_months = serializers.IntegerField()
    version = serializers.IntegerField()
    source = serializers.CharField()
    analysis_hash = serializers.CharField(help_text="SHA-256 of the analysis and its endpoint rule.")
    result = serializers.CharField(help_text="Address of its newest result.")


class RunSerializer(serializers.Serializer):
    """One computation of an analysis on a dataset."""

    id = serializers.IntegerField()
    analysis = serializers.CharField()
    analysis_hash = serializers.CharField(source="spec_hash")
    dataset = DatasetSerializer()
    state = serializers.CharField(help_text="queued, running, done or failed")
    attempts = serializers.IntegerField()
    requested_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()
    code_version = serializers.CharField()


class ResultSerializer(serializers.Serializer):
    """A stored result in its envelope. What is not defined is null, with a sentence in `warnings`."""

    analysis = serializers.JSONField()
    analysis_hash = serializers.CharField()
    endpoint = serializers.JSONField()
    n = serializers.IntegerField()
    events = serializers.IntegerField()
    excluded = serializers.JSONField()
    groups = serializers.JSONField()
    logrank = serializers.JSONField()
    follow_up = serializers.JSONField()
    limits = serializers.CharField()
    warnings = serializers.ListField(child=serializers.CharField())
    dataset = serializers.JSONField()
    code_version = serializers.CharField()
    computed_at = serializers.DateTimeField()


class StoredResultSerializer(serializers.Serializer):
    """Where the newest result of an analysis is, and of which dataset."""

    analysis = serializers.CharField()
    dataset = serializers.JSONField()
    computed_at = serializers.DateTimeField()
    url = serializers.CharField()


class FigureSerializer(serializers.Serializer):
    """The figure of a run."""

    run = serializers.IntegerField()
    analysis = serializers.CharField()
    dataset = serializers.JSONField()
    alt = serializers.CharField(help_text="What the figure shows, in words.")
    figure = serializers.JSONField(help_text="`data` and `layout` of plotly.js.")


class DataSerializer(serializers.Serializer):
    """The data behind the figure of a run: `columns` in their order, and a row for each thing drawn."""

    run = serializers.IntegerField()
    analysis = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    results = serializers.ListField(child=serializers.DictField())
