"""Queries raised by a data manager: at a form, over a list, from a file."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from registry.access.row_security import everything_scope
from registry.models import Query
from tests.registry.views.queries.conftest import address, text_of


def test_a_manager_asks_at_the_question_and_about_the_form(manager, case):
    page = text_of(manager.get(address(case)))
    assert 'name="ask_inf_weight"' in page and 'name="ask_"' in page

    manager.post(f"{address(case)}ask/", {"ask_inf_weight": "Which day?", "ask_": "Complete?", "ask_inf_date": " "})
    manager.post(f"{address(case)}ask/", {"ask_inf_weight": "Which day?"})  # a double click

    with everything_scope(actor="tests"):
        asked = sorted(Query.objects.filter(origin="manager").values_list("item", "text"))
    assert asked == [("", "Complete?"), ("inf_weight", "Which day?")]
    page = text_of(manager.get(address(case)))
    assert "Which day?" in page and "Complete?" in page


def test_a_site_cannot_ask_itself(nurse, case):
    assert 'name="ask_' not in text_of(nurse.get(address(case)))
    assert nurse.post(f"{address(case)}ask/", {"ask_": "Complete?"}).status_code == 403


MANY = {"about": "infusion.inf_weight", "text": "Is this in kg?"}


def test_one_question_to_many_is_shown_first_and_then_stored(manager, case, foreign):
    lines = {**MANY, "lines": "KYO-0001\r\n\r\nosa-0001 1.1\n"}

    preview = manager.post("/queries/new/", {**lines, "step": "preview"})
    assert preview.status_code == 200 and 'value="store"' in text_of(preview)
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(origin="manager").exists()

    manager.post("/queries/new/", {**lines, "step": "store"})
    with everything_scope(actor="tests"):
        asked = Query.objects.filter(origin="manager", item="inf_weight").order_by("pk")
        assert list(asked.values_list("case__number", "text")) == [
            ("KYO-0001", "Is this in kg?"),
            ("OSA-0001", "Is this in kg?"),
        ]


def test_one_line_that_cannot_be_asked_keeps_all_from_being_stored(manager, case):
    lines = {**MANY, "lines": "KYO-0001\nKYO-0099\nKYO-0001 7.7\nwho?"}

    page = manager.post("/queries/new/", {**lines, "step": "store"})

    assert page.status_code == 422
    assert [bool(line.problem) for line in page.context["lines"]] == [False, True, True, True]
    with everything_scope(actor="tests"):
        assert not Query.objects.filter(origin="manager").exists()


def test_a_file_asks_each_line_its_own(manager, case):
    text = "\ufeffcase,form,key,item,text\nKYO-0001,infusion,1.1,inf_weight,体重は kg ですか\nKYO-0001,patient,,,Right patient?\n"
    file = SimpleUploadedFile("queries.csv", text.encode())

    preview = manager.post("/queries/new/", {"file": file, "step": "preview"})
    assert [line.problem for line in preview.context["lines"]] == ["", ""]
    manager.post("/queries/new/", {"csv": preview.context["typed"]["csv"], "step": "store"})

    with everything_scope(actor="tests"):
        asked = Query.objects.filter(origin="manager").order_by("pk")
        assert list(asked.values_list("form", "item", "text")) == [
            ("infusion", "inf_weight", "体重は kg ですか"),
            ("patient", "", "Right patient?"),
        ]


@pytest.mark.parametrize(
    "content",
    [b"nothing,here\n1,2\n", b"\xff\xfe\x00", b"case,form,key,item,text\n", b"", b'case,form,text\n"unclosed'],
)
def test_a_file_that_cannot_be_read_is_refused(manager, case, content):
    page = manager.post("/queries/new/", {"file": SimpleUploadedFile("x.csv", content), "step": "store"})

    assert page.status_code == 422


def test_a_file_of_a_japanese_spreadsheet_is_read(manager, case):
    text = "case,form,key,item,text\nKYO-0001,infusion,,inf_weight,体重を確認してください\n"
    page = manager.post("/queries/new/", {"file": SimpleUploadedFile("x.csv", text.encode("cp932")), "step": "preview"})

    assert [line.text for line in page.context["lines"]] == ["体重を確認してください"]
