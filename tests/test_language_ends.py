"""A test's language ends with it: a request leaves its own behind in the thread."""

import pytest
from django.utils import translation


@pytest.mark.parametrize("_time", ["first", "again"])
def test_every_test_begins_in_english(_time):
    assert translation.get_language() == "en"
    translation.activate("ja")  # as LocaleMiddleware does for a request
