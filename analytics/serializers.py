"""What the REST interface of the analyses answers: the shapes, for the answers and for the OpenAPI document."""

from rest_framework import serializers


class DatasetSerializer(serializers.Serializer):
    """A stored dataset."""

    cohort = serializers.CharField(source="cohort.code")
    kind = serializers.CharField(help_text="live or cut")
    revision = serializers.IntegerField()
    hash = serializers.CharField(help_text="SHA-256 over the SHA-256 of its tables.")
    cases = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    code_version = serializers.CharField()


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
    event = serializers.CharField(allow_null=True)
    censor_reason = serializers.CharField(allow_null=True)
    imputed = serializers.BooleanField(help_text="A date behind the time was known to the month or year only.")


class EndpointTableSerializer(serializers.Serializer):
    """The endpoint table with the dataset it belongs to."""

    dataset = DatasetSerializer()
    results = EndpointRowSerializer(many=True)


class AnalysisSerializer(serializers.Serializer):
    """An analysis of the catalogue."""

    name = serializers.CharField()
    title = serializers.CharField()
    question = serializers.CharField()
    cohort = serializers.CharField()
    endpoint = serializers.CharField()
    population = serializers.CharField()
    groups = serializers.JSONField(allow_null=True)
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
    logrank = serializers.JSONField(allow_null=True)
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
