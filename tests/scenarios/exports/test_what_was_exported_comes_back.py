"""Every form of a registry, exported in full, comes back into an empty one answer for answer: as ODM, as CSV, as REDCap records."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from analytics.exports.delivered import laid_down
from analytics.exports.options import Options
from analytics.exports.snapshot import snapshot_of
from analytics.exports.tables import tables_of
from analytics.exports.written import written, zipped
from registry.access.row_security import everything_scope
from registry.actions.cases import remove_case
from registry.actions.forms import save_form
from registry.imports.sources import rows_of
from registry.models import FORMS
from registry.redcap.project import GROUP, INSTANCE, INSTRUMENT, RECORD_ID
from tests import factories
from tests.analytics.exports.worlds import whole
from tests.conftest import _wipe

pytestmark = pytest.mark.django_db(transaction=True)

NOT_EXPORTED = ("mrn_hash", "mrn_hash_mr", "lot_id", "lot_id_mr")
TEXT = '染色体, "その他"\n46,XY=①髙'


def value_of(form, name, item, number):
    """An answer that the item takes, another for each row."""
    if item.kind == "date":
        known = "DMY"[number % 3] if item.partial else "D"
        return {name: {"D": date(2024, 6, 3), "M": date(2024, 6, 1), "Y": date(2024, 1, 1)}[known], f"{name}_p": known}
    if item.kind in ("cat", "multi"):
        codes = item.codelist.codes() if item.codelist else (1,)
        if {0, 1} <= set(codes) and item.kind == "cat":
            return {name: 1}  # yes, so that what depends on it is asked
        code = item.other_code if item.other_code in codes and number % 2 else codes[number % len(codes)]
        other = {f"{name}_oth": TEXT} if item.other_code is not None and code == item.other_code else {}
        return {name: [code] if item.kind == "multi" else code, **other}
    if item.kind == "text":
        return {name: TEXT}
    low, high = (item.hard.low, item.hard.high) if item.hard else (1, 9)
    found = low if low is not None else high if high is not None else 1
    return {name: Decimal(str(found)) + (Decimal("0.125") if high is None or found + 1 <= high else 0) if item.kind == "dec" else found}  # fmt: skip


def filled(model, number, **place):
    """A row with every question answered, each fifth missing for a reason."""
    form = model(**place)
    for count, (name, item) in enumerate(model.items().items()):
        if item.key or name in ("mrn_hash", "consent_withdrawn", "consent_wd_date", "lot_id") or name in place:
            continue
        if (count + number) % 5 == 4 and not item.critical:
            setattr(form, f"{name}_mr", ("ND", "UK", "NAP", "PD")[count % 4])
            continue
        for column, value in value_of(model, name, item, number + count).items():
            setattr(form, column, value)
    return form


def a_full_case(site):
    """A case with rows of every form, each question answered or missing for a reason where it is asked."""
    case = factories.enrolled_case(site)
    with everything_scope(actor="tests"):
        for model in FORMS:
            for row in range(1, 3 if model.key_item else 2):
                place = {"case": case}
                if model.of_course:
                    place["course_no"] = 1
                if model.key_item:
                    place[model.key_item] = row
                if model.form_name == "patient":
                    place |= {"consent_type": 1, "birth_date": factories.BORN, "birth_date_p": "D"}
                save_what_is_asked(filled(model, row, **place))
    return case


def save_what_is_asked(form):
    """Store the form without the answers that contradict others. How often it takes is bounded by its questions."""
    for _attempt in form.items():
        try:
            return save_form(form, by=factories.BUILDER)
        except ValidationError as refusal:
            for name in refusal.message_dict:
                for column in (name, *(name + beside for beside in ("_mr", "_p", "_oth"))):
                    if column in form.columns():
                        setattr(form, column, None)
    raise AssertionError(form.form_name)


def stored(numbers):
    """(form, case, key) → every answer that an export holds."""
    with everything_scope(actor="tests"):
        return {
            (form.form_name, row.case.number, row.key): {
                k: v for k, v in row.answers().items() if k not in NOT_EXPORTED
            }
            for form in FORMS
            for row in form.objects.filter(case__number__in=numbers).select_related("case")
        }


def empty_registry():
    """A hospital and who enters its cases; the registry has nothing else."""
    _wipe()
    factories.cohort()
    return factories.person("coordinator", sites=[factories.site("KYO")])


def answered(rows):
    """(record, instrument, instance) → every cell that says something."""
    keys = (RECORD_ID, INSTRUMENT, INSTANCE)
    found = defaultdict(dict)
    for row in rows:
        cells = {name: text for name, text in row.items() if text and name not in (*keys, GROUP)}
        found[tuple(row.get(name, "") for name in keys)] |= cells
    return {place: cells for place, cells in found.items() if cells}


def test_odm_and_csv_say_the_same_and_come_back_into_an_empty_registry_answer_for_answer(
    transactional_db, tmp_path, capsys
):
    empty_registry()
    kyoto = factories.site("KYO")
    first, gone, third = a_full_case(kyoto), factories.enrolled_case(kyoto), factories.infused_case(kyoto)
    with everything_scope(actor="tests"):
        remove_case(gone, by=factories.BUILDER, reason="enrolled twice")
    before = stored([first.number, third.number])
    assert {form.form_name for form in FORMS} == {form for form, _case, _key in before}
    given = {value for row in before.values() for name, value in row.items() if name.endswith(("_mr", "_p", "_oth"))}
    assert given >= {"ND", "UK", "NAP", "PD", "D", "M", "Y", TEXT}

    snapshot = snapshot_of("tisagenlecleucel", "live", "full", actor="tests", with_trail=True)
    tables = tables_of(snapshot, "full", sites=["KYO"])
    odm = dict(whole(written(tables, "odm", Options(), snapshot, about={})))["dataset.xml"]
    made = laid_down(written(tables, "csv", Options(excel=True), snapshot, about={}), tmp_path)
    zipped(tmp_path, [name for name, _sha256 in made], tmp_path / "made.zip")
    archive = (tmp_path / "made.zip").read_bytes()
    assert odm.count(b"<AuditRecord>") > len(before)
    as_odm, as_csv = answered(rows_of("dataset.xml", odm)), answered(rows_of("export.zip", archive))
    beside = {
        f"{name}{ending}"
        for form in FORMS
        for name, item in form.items().items()
        if item.partial
        for ending in ("", "_p")
    }
    for place, cells in as_csv.items():  # a partial date is one value in ODM; CSV says it in three columns
        assert {k: v for k, v in cells.items() if k not in beside} == {
            k: v for k, v in as_odm[place].items() if k not in beside
        }

    files = [tmp_path / "dataset.xml", tmp_path / "export.zip"]
    for path, content in zip(files, (odm, archive), strict=True):
        path.write_bytes(content)
    person = empty_registry()
    call_command("import_records", str(files[0]), by=person.email)
    after = stored([first.number, third.number])
    assert {key: row for key, row in before.items() if after.get(key) != row} == {}
    assert after == before
    for path in files:
        call_command("import_records", str(path), by=person.email)
        assert "Nothing was stored, for nothing would change." in capsys.readouterr().out
