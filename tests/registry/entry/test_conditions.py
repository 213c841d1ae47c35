"""When a question is asked, in words: every condition of every form can be said, in both languages, and says its codes."""

import pytest
from django.utils.translation import override

from registry.dictionary.items import Condition, Order
from registry.entry.conditions import asked_if_words, condition_words, label_of, order_words
from registry.models import FORM_OF, FORMS, Crs, Infusion


def test_a_condition_names_the_question_and_the_answer():
    with override("en"):
        assert asked_if_words(Crs.items()["toci_doses"], here=Crs) == (
            "“Tocilizumab given” is one of: 1 “For CRS”, 2 “Pre-emptive / prophylactic”"
        )


def test_a_question_of_another_form_is_named_with_its_form():
    with override("en"):
        words = asked_if_words(FORM_OF["crs_episode"].items()["crs_seq"], here=FORM_OF["crs_episode"])
    assert words == "“CRS occurred” (form F10) is 1 “Yes”"


def test_what_is_always_asked_says_nothing():
    assert asked_if_words(Infusion.items()["inf_weight"], here=Infusion) in (
        "",
        asked_if_words(Infusion.items()["inf_seq"], here=Infusion),
    )
    assert asked_if_words(Crs.items()["crs_occurred"], here=Crs) == ""


@pytest.mark.parametrize("comparison", ["==", "!=", ">=", "<=", ">", "<"])
def test_every_comparison_has_its_words(comparison):
    with override("en"):
        said = {condition_words(Condition("n_relapses", one, 2)) for one in ("==", "!=", ">=", "<=", ">", "<")}
        assert len(said) == 6
        assert "2" in condition_words(Condition("n_relapses", comparison, 2))
        assert label_of("n_relapses") in condition_words(Condition("n_relapses", comparison, 2))


def test_an_order_names_the_other_date_and_the_days():
    with override("en"):
        assert order_words(Order("<=", "aph_start_date", 7)) == "not after “First collection day” +7 d"
        assert order_words(Order(">", "inf_date")) == "after “Date of infusion (day 0)”"


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.form_name)
def test_every_condition_and_order_can_be_said(form, language):
    with override(language):
        for item in form.items().values():
            words = asked_if_words(item, here=form)
            assert bool(words) == bool(item.asked_if)
            for condition in item.asked_if:
                for code in condition.codes if isinstance(condition.codes, tuple) else (condition.codes,):
                    assert str(code) in words
            for order in item.order:
                assert label_of(order.item) in order_words(order)
