"""The Japanese of the registry: every message is found and translated, and no page in Japanese shows an English one."""

import re
from html.parser import HTMLParser
from string import Formatter

import polib
import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import deactivate, override

from analytics import phrases
from deploy import messages
from registry.access.row_security import everything_scope
from registry.models import FORMS, Person
from registry.views.codebook import PARTS
from tests import factories
from tests.analytics.test_dashboard_pages import compute

CATALOGUE = messages.ROOT / "locale/ja/LC_MESSAGES/django.po"
PERCENT = re.compile(r"%\(\w+\)[sd]|%[sd%]")
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ATTRIBUTES = ("title", "placeholder", "aria-label", "alt")
FEW_LETTERS = 6
FEWEST_LETTERS = 3  # of a message's own words, by which it is recognised on a page


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """The catalogue as it stands in the source."""
    messages.compile_all(messages.ROOT)


@pytest.fixture(autouse=True)
def language_of_the_thread():
    """A request leaves its language behind in the thread; the next test begins without."""
    yield
    deactivate()


@pytest.fixture(scope="module")
def entries():
    return [entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete]


def words_of(entry):
    return entry.msgstr_plural[0] if entry.msgid_plural else entry.msgstr


def placeholders(text):
    """What is filled in: %(name)s and {name}, each as often as it stands there."""
    braces = [name for _text, name, _spec, _how in Formatter().parse(text) if name] if "{" in text else []
    return sorted([*PERCENT.findall(text), *braces])


# The catalogue.


def test_every_message_of_the_source_is_translated():
    missing = messages.untranslated(CATALOGUE, messages.ROOT)
    assert not [(entry.msgctxt, entry.msgid) for entry in missing]


def test_the_catalogue_holds_no_message_that_the_source_dropped(entries):
    known = {(context, one) for context, one, _many in messages.messages(messages.ROOT)}
    assert not [(entry.msgctxt, entry.msgid) for entry in entries if (entry.msgctxt, entry.msgid) not in known]


def test_what_is_filled_in_agrees(entries):
    wrong = [
        (entry.msgid, words_of(entry))
        for entry in entries
        if placeholders(words_of(entry)) not in (placeholders(entry.msgid), placeholders(entry.msgid_plural))
    ]
    assert not wrong


def test_sentences_are_japanese_sentences(entries):
    for entry in entries:
        words = words_of(entry)
        assert not re.search(r"[!！]", words), words
        if re.search(r"[a-z]{2,} [a-z]{2,}", entry.msgid) and not entry.msgctxt:
            assert JAPANESE.search(words), entry.msgid
        if entry.msgid.endswith(".") and " " in entry.msgid and not entry.msgctxt:  # one word is an abbreviation
            assert words.rstrip("）").endswith(("。", "か。")), words


# What the extraction finds.


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("Cases")', [(None, "Cases", "")]),
        ("f\"{one}, {_('version')} {two}\"", [(None, "version", "")]),
        ('gettext_noop(\n    "One "\n    "two."\n)', [(None, "One two.", "")]),
        ('pgettext_lazy("account", "ended")', [("account", "ended", "")]),
        ('ngettext("%d answer", "%d answers", n)', [(None, "%d answer", "%d answers")]),
        ('_(form.title), pgettext(context, text), pgettext("item", value), other("no message")', []),
    ],
)
def test_messages_of_code(source, found):
    assert list(messages.messages_of_code(source)) == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% if a %}\n      (\n  {% translate "Cases" %}\n{% endif %}', [(None, "Cases", "")]),
        ("{% translate '%n of %m' %}", [(None, "%%n of %%m", "")]),
        ('{% translate "ended" context "account" %}', [("account", "ended", "")]),
        (
            "{% blocktranslate count n=1 %}{{ n }} code{% plural %}{{ n }} codes{% endblocktranslate %}",
            [(None, "%(n)s code", "%(n)s codes")],
        ),
    ],
)
def test_messages_of_a_template(source, found):
    assert list(messages.messages_of_template("{% load i18n %}" + source)) == found


# Stored results, which are English.


class Filled(dict):
    """Words for the names in braces; any other name is a number."""

    def __missing__(self, name):
        return "7"


FILLED = Filled(population="Transplanted in remission", group="OSA", months="12, 24", last="8.1", n="7")


@pytest.mark.parametrize("template", [one for one in phrases.SENTENCES if one != "{group}: {sentence}"])
def test_every_sentence_of_a_result_is_recognised_and_said_in_japanese(template):
    sentence = template.format_map(FILLED)
    with override("en"):
        assert phrases.sentence(sentence) == sentence
        assert phrases.sentence(f"OSA: {sentence}") == f"OSA: {sentence}"
    with override("ja"):
        said = phrases.sentence(sentence)
        assert JAPANESE.search(said) and "{" not in said
        assert all(FILLED[name] in said for name in ("months", "last", "n") if f"{{{name}}}" in template)
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", said)


def test_a_group_before_a_sentence_is_translated_if_it_is_a_label_and_kept_if_it_is_data():
    with override("ja"):
        said = phrases.sentence("High (≥ 5 % marrow blasts): no case; nothing is estimated.")
        assert said == "高腫瘍量（骨髄芽球5%以上）：症例がないため、推定は行いません。"
        assert phrases.sentence("KYO: no case; nothing is estimated.").startswith("KYO：症例がない")
        assert phrases.sentence("Something new.") == "Something new."


# The pages.


class Texts(HTMLParser):
    """Every text and spoken attribute of a page; code, keys and scripts are no words."""

    SILENT = ("script", "style", "code", "kbd", "template")

    def __init__(self, page):
        super().__init__()
        self.found, self.language, self.silent = set(), "", 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.silent += tag in self.SILENT
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if given.get("lang") != "en":  # the switch to English names it in English
            self.keep(*(given.get(name) for name in ATTRIBUTES))

    def handle_endtag(self, tag):
        self.silent -= tag in self.SILENT

    def handle_data(self, data):
        if not self.silent:
            self.keep(data)

    def keep(self, *texts):
        self.found |= {" ".join(text.replace("\u00a0", " ").split()) for text in texts if text} - {"", "English"}


@pytest.fixture(scope="module")
def english(entries):
    """One regular expression that matches every English message which the catalogue says otherwise."""
    patterns, kept = set(), {entry.msgid for entry in entries if words_of(entry) == entry.msgid}
    for entry in entries:
        for text in filter(None, (entry.msgid, entry.msgid_plural)):
            own = re.sub(r"%\(\w+\)[sd]|%[sd]|\{\w+\}", "\0", text.replace("%%", "%").replace("\u00a0", " ")).strip()
            letters = len(re.findall("[A-Za-z]", own))
            if text not in kept and letters >= FEWEST_LETTERS:
                filled = ".+" if letters > FEW_LETTERS else r"\S+"  # "3 rows" is not every sentence that ends in "rows"
                patterns.add(filled.join(map(re.escape, own.split("\0"))))
    return re.compile("|".join(sorted(patterns, key=len, reverse=True)))


def assert_japanese(client, address, english, status=200):
    response = client.get(address, follow=True)
    assert response.status_code == status, address
    texts = Texts(response.content.decode())
    assert texts.language == "ja"
    assert not [text for text in texts.found if english.fullmatch(text)], address
    assert any(JAPANESE.search(text) for text in texts.found)


def reader(role, **words):
    client = Client(headers={"accept-language": "ja"})
    client.force_login(factories.person(role, **words))
    return client


@pytest.fixture
def kyoto(transactional_db):
    factories.cohort(name="本登録")  # data are shown as they are entered
    return factories.site("KYO", "京都大学病院")


@pytest.fixture
def case(kyoto):
    """A case with toxicity, a response, a relapse and a contradiction."""
    case = factories.infused_case(kyoto, pre_phase=2, pre_bm_done=1, pre_bm_blast=1, pre_date=factories.day(-9))
    factories.stored_form(case, "crs", crs_occurred=1)
    factories.stored_form(
        case, "crs_episode", crs_onset=factories.day(2), crs_resolved=factories.day(6), crs_grade_site=3
    )
    factories.stored_form(case, "response_assessment", rsp_date=factories.day(28), rsp_site=1)
    factories.relapse(case, 90)
    factories.follow_up(case, 120, vital_status=2)
    return case


def test_the_pages_of_a_site_hold_no_english_message(case, kyoto, english):
    nurse = reader("coordinator", sites=[kyoto])
    own = case.get_absolute_url()
    for address in ("/worklist/", "/cases/", "/cases/new/", "/accounts/tokens/", "/codebook/", own, f"{own}history/"):
        assert_japanese(nurse, address, english)
    for address in (f"{own}print/?history=1", f"{own}summary/", *(f"/codebook/?part={one}" for one in PARTS)):
        assert_japanese(nurse, address, english)
    for form in FORMS:
        assert_japanese(nurse, f"{own}{form.form_name}/new/", english)
        assert_japanese(nurse, f"/codebook/?form={form.form_name}", english)
        assert_japanese(nurse, f"/forms/{form.form_name}/print/", english)
    with everything_scope(actor="tests"):
        stored = [row for form in FORMS for row in form.objects.filter(case=case)]
    assert len(stored) > 8
    for row in stored:
        assert_japanese(nurse, f"{own}{row.form_name}/{row.key}/", english)
        assert_japanese(nurse, f"{own}{row.form_name}/{row.key}/history/", english)


def test_the_pages_of_the_consortium_hold_no_english_message(case, kyoto, english):
    compute()
    lead = reader("lead")
    assert_japanese(reader("manager"), "/history/", english)
    for address in ("/dashboards/", "/datasets/", f"{case.get_absolute_url()}patient/1/", "/cases/?burden=low&q=x"):
        assert_japanese(lead, address, english)
    for rule in "ABC":
        assert_japanese(lead, f"/dashboards/tisagenlecleucel/?rule={rule}", english)
    assert_japanese(lead, "/dashboards/bmt-km/", english)
    figure = lead.get("/dashboards/tisagenlecleucel/panels/efs-by-disease-burden/").json()["figure"]
    notes = [note["text"].replace("\u00a0", " ") for note in figure["layout"]["annotations"]]
    assert len(notes) > 10 and not [note for note in notes if english.fullmatch(note)]


def test_the_other_pages_hold_no_english_message(kyoto, english):
    administrator = reader("administrator")
    for address in ("/people/", "/people/new/", "/sites/", "/sites/new/", f"/sites/{kyoto.pk}/"):
        assert_japanese(administrator, address, english)
    assert_japanese(administrator, f"/sites/{kyoto.pk}/history/", english)
    assert_japanese(administrator, "/cases/", english, status=403)
    assert_japanese(administrator, "/nowhere/", english, status=404)
    assert_japanese(reader("coordinator", sites=[kyoto]), "/dashboards/", english, status=403)
    assert_japanese(Client(headers={"accept-language": "ja"}), "/accounts/login/", english)


def test_what_is_refused_is_explained_in_japanese(case, kyoto, english):
    nurse = reader("coordinator", sites=[kyoto])
    address = f"{case.get_absolute_url()}infusion/new/"
    answers = {"version": "0", "inf_date": "2024-06", "inf_weight": "900", "inf_dose_total": "1,5", "go": "stay"}
    response = nurse.post(address, answers)
    texts = Texts(response.content.decode()).found
    assert response.status_code == 422
    assert not [text for text in texts if english.fullmatch(text)]
    assert (
        "「投与量算出に用いた体重」が 900 kg です。入力できる範囲は 2～250 です。値と単位を確認してください。" in texts
    )
    assert any("「2024-06」には日がありません。" in text for text in texts)


def test_a_unit_is_said_in_the_reader_s_language(case, kyoto):
    nurse = reader("coordinator", sites=[kyoto])
    page = nurse.get(f"{case.get_absolute_url()}pre_infusion_assessment/1.1/").content.decode()
    assert '<span class="field__unit" id="pre_mrd_value-unit">比率</span>' in page
    assert "×10⁹/L</span>" in page


# The choice.


def test_the_choice_of_language_lasts_over_pages_and_sessions(kyoto):
    nurse = factories.person("coordinator", sites=[kyoto])
    client = Client(headers={"accept-language": "en"})
    client.force_login(nurse)
    assert Texts(client.get("/worklist/").content.decode()).language == "en"

    answer = client.post("/language/", {"language": "ja", "next": "/cases/"})

    assert answer.url == "/cases/" and answer.cookies[settings.LANGUAGE_COOKIE_NAME]["max-age"] > 300 * 24 * 3600
    assert Texts(client.get("/cases/").content.decode()).language == "ja"
    assert Person.objects.get(pk=nurse.pk).language == "ja"
    client.post("/accounts/logout/")
    assert Texts(client.get("/accounts/login/").content.decode()).language == "ja"
    client.force_login(nurse)
    assert Texts(client.get("/worklist/").content.decode()).language == "ja"


def test_an_unknown_language_changes_nothing(kyoto):
    client = reader("coordinator", sites=[kyoto])
    client.post("/language/", {"language": "xx", "next": "https://elsewhere.example/"})
    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies
    assert Texts(client.get("/cases/").content.decode()).language == "ja"
