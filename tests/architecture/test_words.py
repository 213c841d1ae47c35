"""Every endpoint rule has its row in the glossary."""

from pathlib import Path

import pytest

from analytics.core.endpoints.definitions import ENDPOINTS

GLOSSARY = (Path(__file__).resolve().parent.parent.parent / "docs/glossary.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_endpoint_is_explained(name):
    assert name in GLOSSARY.partition("## Endpoint rules")[2]
