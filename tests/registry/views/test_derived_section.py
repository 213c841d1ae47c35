"""What the registry derives stands on the form, with its scale, its reasons, what is missing, and the site's own answer."""

from decimal import Decimal

from tests import factories
from tests.standing import standing

EPISODE = {
    "crs_onset": factories.day(2),
    "crs_resolved": factories.day(6),
    "crs_system": 1,
    "crs_grade_site": 2,
    "crs_fever": 1,
    "crs_hypotension": 2,
    "crs_hypoxia": 0,
    "crs_attrib_other": 0,
    "crs_death": 0,
}


@standing
def case(world):
    case = factories.infused_case(world.kyoto)
    factories.stored_form(case, "crs", crs_occurred=1, toci_given=0)
    return case


def page(client, case, place):
    answer = client.get(f"{case.get_absolute_url()}{place}/")
    assert answer.status_code == 200
    return answer


def derived(client, case, place):
    """Name of each derived field on the form → what is shown."""
    return {one.name: one for one in page(client, case, place).context["page"].derived}


def test_a_grade_stands_beside_the_sites_and_says_what_decided(nurse, case):
    factories.stored_form(case, "crs_episode", **EPISODE)
    one = derived(nurse, case, "crs_episode/1.1")["crs_grade"]
    assert (one.value, one.scale, one.because) == ("grade 3", "ASTCT CRS 2019", ["one vasopressor"])
    assert one.differs and one.site == "Grade 2"
    text = page(nurse, case, "crs_episode/1.1").content.decode()
    assert "Derived by the registry" in text
    assert "The site says Grade 2: the two differ." in text
    assert derived(nurse, case, "crs/1")["crs_grade"].value == "grade 3"


def test_an_answer_that_is_missing_is_named_and_leads_to_its_question(nurse, case):
    factories.stored_form(case, "crs_episode", **{**EPISODE, "crs_hypoxia": None})
    one = derived(nurse, case, "crs_episode/1.1")["crs_grade"]
    assert one.value == "" and not one.differs
    assert [item.url for item in one.missing] == ["#crs_hypoxia"]
    assert "cannot be derived yet" in page(nurse, case, "crs_episode/1.1").content.decode()


def test_what_another_form_has_to_say_leads_there(nurse, world):
    case = factories.infused_case(world.kyoto)
    shipped = derived(nurse, case, "infusion/1.1")["ship_to_inf"]
    assert [item.url for item in shipped.missing] == [f"{case.get_absolute_url()}manufacturing/new/#ship_date"]
    factories.stored_form(case, "manufacturing", mfg_outcome=1)
    shipped = derived(nurse, case, "infusion/1.1")["ship_to_inf"]
    assert [item.url for item in shipped.missing] == [f"{case.get_absolute_url()}manufacturing/1.1/#ship_date"]


def test_numbers_are_said_with_their_units(nurse, case):
    found = derived(nurse, case, "infusion/1.1")
    assert found["dose_kg"].value == "3.75 ×10⁶/kg"
    assert found["v2v_days"].value == "39 d"
    assert found["age_inf_y"].value.startswith("12.2")


def test_provisional_thresholds_are_marked(nurse, case):
    factories.stored_form(case, "iechs_haematotoxicity", iechs_dx=0, anc500_days=7, anc100_days=0, anc_never_rec=0)
    one = derived(nurse, case, "iechs_haematotoxicity/1")["icaht_early"]
    assert one.value == "grade 2" and one.is_provisional
    assert "provisional thresholds" in page(nurse, case, "iechs_haematotoxicity/1").content.decode()


def test_a_response_beside_the_sites(nurse, case):
    parts = {"rsp_bm_done": 1, "rsp_bm_blast": Decimal(1), "rsp_pb_blast": Decimal(0), "rsp_cns": 1, "rsp_emd": 0}
    counts = {"rsp_anc": Decimal(2), "rsp_plt": Decimal(150), "rsp_transfused": 0}
    factories.stored_form(case, "response_assessment", rsp_date=factories.day(28), rsp_site=3, **parts, **counts)
    one = derived(nurse, case, "response_assessment/1.1")["resp_derived"]
    assert (one.value, one.site, one.differs) == ("CR", "No response", True)
    text = page(nurse, case, "response_assessment/1.1").content.decode()
    assert "Site response and derived response differ" in text


def test_a_new_form_and_a_form_without_derived_fields_have_no_section(nurse, case):
    for place in ("crs_episode/new", "patient/1"):
        assert page(nurse, case, place).context["page"].derived == []


def test_who_only_reads_sees_it_too(world, case):
    from tests.registry.views.conftest import signed_in

    factories.stored_form(case, "crs_episode", **EPISODE)
    assert "Derived by the registry" in page(signed_in(world.manager), case, "crs_episode/1.1").content.decode()


def test_the_page_reads_no_more_for_it(nurse, case, django_assert_max_num_queries):
    factories.stored_form(case, "crs_episode", **EPISODE)
    with django_assert_max_num_queries(40) as seen:
        page(nurse, case, "crs_episode/1.1")
    few = len(seen)
    for number in range(3):
        factories.stored_form(case, "response_assessment", rsp_date=factories.day(28 + 90 * number))
    with django_assert_max_num_queries(few):
        page(nurse, case, "crs_episode/1.1")


def test_the_section_follows_what_is_typed(nurse, case):
    typed = {name: str(answer) for name, answer in EPISODE.items()} | {"crs_hypoxia": "3", "version": "0"}
    said = nurse.post(f"{case.get_absolute_url()}crs_episode/new/check/", typed).json()["derived"]
    assert "grade 4" in said and "The site says Grade 2: the two differ." in said
    assert (
        "cannot be derived yet" in nurse.post(f"{case.get_absolute_url()}crs_episode/new/check/", {}).json()["derived"]
    )
    assert nurse.post(f"{case.get_absolute_url()}patient/1/check/", {}).json()["derived"].strip() == ""


def test_the_head_of_a_case_says_no_grade_none_of_who_was_not_infused(nurse, world):
    for infused, names in ((0, set()), (1, {"CRS", "ICANS"})):
        case = factories.enrolled_case(world.kyoto)
        factories.stored_form(case, "cart_course", infused=infused)
        factories.stored_form(case, "crs", crs_occurred=0)
        factories.stored_form(case, "icans", icans_occurred=0)
        facts = nurse.get(case.get_absolute_url()).context["facts"]
        assert {fact.name for fact in facts if fact.value == "none"} == names
