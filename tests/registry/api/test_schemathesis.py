"""Schemathesis with all its checks over the OpenAPI document: what fits it is taken, what does not is refused, and every answer is one
that the document names. A bounded number of requests, the same in each run.

Of the forms, which share their views, one without and one with a course take part; `test_openapi` sends the items of all of them.
"""

from pathlib import Path

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.errors import FailureGroup

from registry.models import FORMS

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/openapi.yaml"
FORMS_ASKED = ("death", "infusion")
OF_STATISTICS = ("datasets", "analyses", "results", "runs")
REQUESTS = 2  # of each operation and mode
ONLY_FROM_AN_ANSWER = ("cursor", "changed_since")  # signed: nobody can make up one that is taken
TAKEN = [
    "2xx",
    "403",
    "404",
    "409",
    "410",
    "412",
    "422",
]  # 422: the rules of the record are more than the document can say
BOUNDED = settings(
    max_examples=REQUESTS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def asked_about(document):
    """The document with the forms that take part, and without the schemas that then nothing names."""
    left = {form.form_name for form in FORMS} - set(FORMS_ASKED)
    paths = {path: operations for path, operations in document["paths"].items() if path.split("/")[3] not in left}
    components = document["components"]
    schemas, open_names = {}, names_in([paths, components["responses"]])
    while open_names:
        name = open_names.pop()
        schemas[name] = components["schemas"][name]
        open_names |= names_in(schemas[name]) - schemas.keys()
    return {**document, "paths": paths, "components": {**components, "schemas": schemas}}


def names_in(node):
    """The schemas to which anything in here refers."""
    if isinstance(node, list):
        return set().union(*map(names_in, node))
    if not isinstance(node, dict):
        return set()
    own = node.get("$ref", "")
    return names_in(list(node.values())) | ({own.rpartition("/")[2]} if "/schemas/" in own else set())


@pytest.fixture
def served(world):
    """The document over the application itself, in the transaction of this test."""
    signals = (request_started, request_finished)
    for signal in signals:  # as Django's own test client does
        signal.disconnect(close_old_connections)
    with DOCUMENT.open(encoding="utf-8") as file:
        schema = schemathesis.openapi.from_dict(asked_about(yaml.load(file, yaml.CSafeLoader)))
    schema.app = get_wsgi_application()
    schema.config.checks.positive_data_acceptance.expected_statuses = TAKEN
    yield schema
    for signal in signals:
        signal.connect(close_old_connections)


def ask(operation, mode, refused):
    """Send requests of this mode; what a check has against an answer is added to `refused`."""

    def one(case):
        if mode is GenerationMode.POSITIVE:
            for name in ONLY_FROM_AN_ANSWER:
                case.query.pop(name, None)
        try:
            case.call_and_validate()
        except FailureGroup as found:
            refused.append(f"{operation.label}: {str(found)[:2000]}")

    strategy = operation.as_strategy(generation_mode=mode)
    seed(1)(BOUNDED(given(strategy)(one)))()


def test_the_registry_answers_as_the_document_says(served, nurse, statistician):
    refused = []
    for found in served.get_all_operations():
        operation = found.ok()
        person = statistician if operation.path.split("/")[3] in OF_STATISTICS else nurse
        served.config.headers = person.headers
        takes_anything = {"parameters", "requestBody"} & operation.definition.raw.keys()
        for mode in GenerationMode if takes_anything else [GenerationMode.POSITIVE]:
            ask(operation, mode, refused)
    assert not refused, "\n\n".join(refused)
