"""Whole collections as CSV, NDJSON and Parquet: what the list says, no row more and no answer else."""

import csv
import gzip
import hashlib
import io
import json
import unicodedata
from datetime import date

import pyarrow.parquet
import pytest
from django.db import connection

from analytics.models import Export
from registry.access.row_security import everything_scope, person_scope
from registry.access.token_scopes import Scope
from registry.api import streams
from registry.api.csv_cells import FORMULA, FORMULA_PATTERN, guarded
from registry.models import FORM_OF, FORMS, Patient
from tests import factories
from tests.registry.api.conftest import Rest
from tests.standing import standing

TYPES = {"csv": "text/csv", "ndjson": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
TEXT = '=HYPERLINK("http://x")\nsecond line, “quoted” \\N {}'


@standing
def full(world):
    """Every form stored once beside the usual ones, with every kind of answer among them."""
    for form in FORMS:
        if not factories.USUAL.get(form.form_name):
            factories.stored_form(world.case, form.form_name)
    more = {
        "rel_date": factories.day(90),
        "rel_date_p": "D",
        "rel_site": [1, 3],
        "rel_kind": None,
        "rel_kind_mr": "NAP",
    }
    factories.stored_form(world.case, "relapse", **more)
    factories.stored_form(
        world.case, "follow_up", fup_date=date(2025, 7, 1), fup_date_p="M", lost_to_fup=2, transfer_site=TEXT
    )
    return world


def sent(rest, path, kind="ndjson", **headers):
    answer = rest.get(path, Accept=TYPES[kind], **headers)
    assert answer.status_code == 200, answer.content
    return answer, b"".join(answer.streaming_content)


def lines(content):
    return [json.loads(line) for line in content.decode().splitlines()]


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.mark.parametrize("words", [{}, {"has_identifiers": False}])
def test_a_stream_says_what_the_list_says(full, words):
    for person in (factories.person("coordinator", sites=[full.kyoto]), factories.person("manager")):
        rest = Rest(person, **words)
        for path in ("cases", *FORM_OF):
            listed = rest.get(f"{path}?limit=5000").json()["results"]
            answer, content = sent(rest, path)
            assert lines(content) == listed, path
            _answer, table = sent(rest, path, "csv")
            assert [row["case" if path != "cases" else "number"] for row in rows(table)] == [
                one.get("case") or one["number"] for one in listed
            ]
            if path != "cases":
                assert not {"mrn_hash"} & set(rows(table)[0]), path
        assert answer["As-Of"] and answer["Content-Type"] == "application/x-ndjson; charset=utf-8"


def test_a_table_has_typed_columns_with_what_is_missing_beside_them(full):
    rest = Rest(factories.person("coordinator", sites=[full.kyoto]))
    _answer, content = sent(rest, "relapse", "csv")
    told = rows(content)[-1]
    assert (told["rel_date"], told["rel_date_p"], told["rel_kind"], told["rel_kind_mr"]) == (
        *(factories.day(90).isoformat(), "D"), *("", "NAP"),
    )  # fmt: skip
    assert (told["rel_site___1"], told["rel_site___2"], told["rel_site___3"], told["is_locked"]) == ("1", "0", "1", "0")
    (_first, told) = rows(sent(rest, "follow_up", "csv")[1])
    assert (told["fup_date"], told["fup_date_p"], told["fup_date_text"]) == ("", "M", "2025-07")
    assert told["transfer_site"] == f"'{TEXT}"
    assert rows(sent(rest, "infusion", "csv")[1])[0]["inf_weight"] == "40"

    answer, content = sent(rest, "follow_up", "parquet")
    table = pyarrow.parquet.read_table(io.BytesIO(content))
    assert table.num_rows == 2 and str(table.schema.field("fup_date").type) == "date32[day]"
    assert table.column("transfer_site")[1].as_py() == TEXT and table.column("is_locked")[1].as_py() is False
    assert table.schema.field("transfer_site").metadata[b"label"]
    table = pyarrow.parquet.read_table(io.BytesIO(sent(rest, "infusion", "parquet")[1]))
    assert table.column("inf_weight").to_pylist() == [40.0] and answer["Content-Type"] == TYPES["parquet"]
    empty = pyarrow.parquet.read_table(io.BytesIO(sent(rest, "death?case=KYO-0009", "parquet")[1]))
    assert empty.num_rows == 0 and "death_date" in empty.column_names
    assert sent(rest, "death?case=KYO-0009", "csv")[1].startswith(b"case,site,form,key,version,")


def test_parquet_of_many_row_groups_is_whole(full, monkeypatch):
    monkeypatch.setattr(streams, "ROWS_OF_GROUP", 2)
    for _number in range(4):
        factories.stored_form(full.case, "follow_up", fup_date=factories.day(500), lost_to_fup=2, transfer_site=TEXT)
    found = pyarrow.parquet.ParquetFile(io.BytesIO(sent(Rest(factories.person("manager")), "follow_up", "parquet")[1]))
    assert (found.metadata.num_rows, found.metadata.num_row_groups) == (6, 3)


def test_text_that_would_be_a_formula_is_guarded_by_the_same_rule(db):
    texts = [*FORMULA, "a", "", "\u200b=1", " \u3000 -2", "\u00ad\u2066＋", "x=1", "'=1"]
    texts += [f"{chr(point)}=1" for point in range(32, 0x3010) if unicodedata.category(chr(point)) != "Cn"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t, t ~ {FORMULA_PATTERN} FROM unnest(%s::text[]) t", [texts])
        found = cursor.fetchall()
    assert [text for text, is_formula in found if is_formula != (guarded(text) != text)] == []


def test_a_stream_that_broke_off_goes_on_behind_the_last_row_and_then_with_what_changed(full):
    rest = Rest(factories.person("manager"))
    answer, content = sent(rest, "follow_up")
    whole = lines(content)
    assert len(whole) == 2
    after = "{case}/{key}".format(**whole[0])
    assert lines(sent(rest, f"follow_up?after={after}")[1]) == whole[1:]
    assert lines(sent(rest, "cases?after=KYO-0001")[1])[0]["number"] == "OSA-0001"
    with everything_scope(actor="tests"):
        from registry.actions.forms import save_form

        form = Patient.objects.get(case=full.foreign)
        form.consent_withdrawn = 1
        save_form(form, by=factories.BUILDER, seen_version=form.version, reason="asked")
    mark = sent(rest, "patient")[0]["As-Of"]
    assert mark
    changed = f"changed_since={answer['As-Of']}"
    gone = lines(sent(rest, f"infusion?{changed}")[1])
    assert gone == rest.get(f"infusion?{changed}").json()["results"] and gone[-1]["withdrawn"] is True
    (told,) = [row for row in rows(sent(rest, f"infusion?{changed}", "csv")[1]) if row["case"] == "OSA-0001"]
    assert told["withdrawn"] == "1" and told["inf_date"] == "" and told["key"] == "1.1"


def test_a_stream_is_noted_and_can_be_checked(full):
    person = factories.person("coordinator", sites=[full.kyoto])
    rest = Rest(person)
    answer, packed = sent(rest, "infusion?case=KYO-0001", "csv", **{"Accept-Encoding": "gzip"})
    content = gzip.decompress(packed)
    check = rest.client.get(answer["Export-Check"], headers=rest.headers).json()
    assert answer["Content-Encoding"] == "gzip"
    assert check == {"rows": 1, "sha256": hashlib.sha256(content).hexdigest(), "is_whole": True}
    with person_scope(person):
        note = Export.objects.get()
    assert (note.what, note.format, note.profile, note.cases) == ("rest infusion", "csv", "full", [full.case.pk])
    assert note.about["filters"] == {"case": "KYO-0001"}
    other = Rest(factories.person("manager"))
    assert other.client.get(answer["Export-Check"], headers=other.headers).status_code == 404


def test_what_breaks_stays_broken(full, monkeypatch):
    person = factories.person("coordinator", sites=[full.kyoto])
    rest = Rest(person)
    monkeypatch.setattr(streams, "BYTES_AT_ONCE", 1)
    whole = streams.Source._joined

    def breaks(self, lines):
        for piece in whole(self, lines):
            yield piece
            raise ConnectionError("gone")

    monkeypatch.setattr(streams.Source, "_joined", breaks)
    answer = rest.get("follow_up", Accept="text/csv", **{"Accept-Encoding": "gzip"})
    with pytest.raises(ConnectionError):
        b"".join(answer.streaming_content)
    check = rest.client.get(answer["Export-Check"], headers=rest.headers).json()
    assert (check["rows"], check["is_whole"]) == (1, False)
    with person_scope(person):
        assert Export.objects.get().cases == [full.case.pk] and not streams._going


def test_whoever_goes_away_lets_go_of_the_connection(full, monkeypatch):
    monkeypatch.setattr(streams, "BYTES_AT_ONCE", 1)
    rest = Rest(factories.person("coordinator", sites=[full.kyoto]))
    answer = rest.get("follow_up", Accept="text/csv")
    next(iter(answer.streaming_content))
    answer._iterator.close()  # what the server calls when the client is gone
    check = rest.client.get(answer["Export-Check"], headers=rest.headers).json()
    assert check["is_whole"] is False and not streams._going


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("cases?limit=10", 400, {}),
        ("infusion?after=KYO-0009/1.1", 400, {}),
        ("infusion?after=OSA-0001/1.1", 400, {}),
        ("infusion?after=x", 400, {}),
        ("infusion?fields=inf_date", 400, {}),
        ("infusion?case=%00", 400, {}),
        ("cases", 403, {"scopes": [Scope.READ]}),
    ],
)
def test_what_cannot_be_is_refused_before_the_first_byte(world, path, status, words):
    rest = Rest(factories.person("coordinator", sites=[world.kyoto]), **words)
    answer = rest.get(path, Accept="text/csv")
    assert answer.status_code == status and answer["Content-Type"] == "application/problem+json"


def test_only_so_many_at_once(world, monkeypatch):
    rest = Rest(factories.person("coordinator", sites=[world.kyoto]))
    monkeypatch.setattr(streams, "_going", set("abcd"))
    refused = rest.get("cases", Accept="text/csv")
    assert refused.status_code == 429 and refused["Retry-After"]
    streams._going.discard("d")
    assert sent(rest, "cases", "csv")[1] and streams._going == set("abc")
    assert rest.get("cases?after=KYO-0001").status_code == 400
