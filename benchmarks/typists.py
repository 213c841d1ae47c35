"""Two people at the same pages in a real browser, who count what they do: keys pressed, clicks, page loads.

Plain: the pages without their scripts and with every question shown, gone through by Tab; dates as YYYY-MM-DD. That is a form as most
electronic case report forms are. Quick: the pages as they are, by their keys.
"""

from dataclasses import dataclass, field
from datetime import date

from registry.dictionary.items import plain

MOST_STOPS = 600
MOST_PRESSES = 60
NEAR = 100  # days from the infusion within which a chart tells days by their number
SEEN = """() => [...document.querySelectorAll("form[data-entry] [data-question]")]
  .filter((one) => !one.hidden && one.closest("details").open)
  .map((one) => {
    const own = [...one.querySelectorAll(`[name="${one.dataset.question}"]`)];
    const ticked = own.filter((control) => /radio|checkbox/.test(control.type));
    const values = ticked.length ? ticked.filter((c) => c.checked && c.value).map((c) => c.value) : own.map((c) => c.value).filter(Boolean);
    return {
      name: one.dataset.question,
      section: [...document.querySelectorAll("details.section")].indexOf(one.closest("details")),
      isOpen: !values.length && !one.querySelector("[data-missing]").value,
      isCopied: one.classList.contains("field--copied"),
      none: one.dataset.none ?? null,
      last: one.dataset.last ? JSON.parse(one.dataset.last) : null,
      values,
    };
  })"""
HERE = """() => {
  const one = document.activeElement;
  return { name: one.name ?? "", value: one.value ?? "", type: one.type ?? "", text: one.selectedOptions?.[0]?.text ?? "" };
}"""
SHOW_ALL = """() => {
  document.querySelectorAll("[data-question]").forEach((one) => { one.hidden = false; });
  document.querySelectorAll("details.section").forEach((one) => { one.open = true; });
}"""


@dataclass
class Wanted:
    """The answers of one form as somebody reads them from the chart: item → codes, a date or a number in words."""

    model: type
    answers: dict
    day0: date | None = None
    items: dict = field(init=False)

    def __post_init__(self):
        self.items = self.model.items()

    def codes(self, name):
        """The codes of a coded item, as the page sends them."""
        answer = self.answers[name]
        return [str(one) for one in (answer if isinstance(answer, list) else [answer])]

    def is_coded(self, name):
        return self.items[name].kind in ("cat", "multi")

    def written(self, name, *, quick=False):
        """The text for a control that is typed in."""
        answer = self.answers[name]
        if not isinstance(answer, date):
            return plain(answer) if self.items[name].kind in ("int", "dec") else str(answer)
        known = answer.isoformat()[: {"Y": 4, "M": 7}.get(self.answers.get(f"{name}_p"), 10)]
        if not quick or len(known) < 10:
            return known
        number = (answer - self.day0).days if self.day0 else None
        return f"{number:+d}" if number is not None and abs(number) <= NEAR else known.replace("-", "")

    def label(self, name, code):
        """The label of a code on an English page."""
        return self.items[name].codelist(int(code)).label


class Typist:
    """Somebody at one page, with counts."""

    def __init__(self, page):
        self.page, self.keys, self.clicks, self.loads = page, 0, 0, 0
        self.listener = lambda _page: self._loaded()
        page.on("load", self.listener)

    def _loaded(self):
        self.loads += 1

    @property
    def interactions(self):
        return self.keys + self.clicks + self.loads

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)
            self.keys += 1

    def type(self, text):
        for sign in text:
            self.page.keyboard.type(sign)
            self.keys += 1

    def click(self, locator):
        locator.click()
        self.clicks += 1

    def here(self):
        return self.page.evaluate(HERE)

    def press_until(self, key, is_reached):
        for _time in range(MOST_PRESSES):
            if is_reached():
                return
            self.press(key)
        raise AssertionError(f"{key} does not lead there: {self.here()}")

    def choose_in_select(self, label, value):
        """In the browser's own list: the first letter again and again goes through the options that begin with it."""
        for _time in range(MOST_PRESSES):
            if self.here()["value"] == value:
                return
            self.type(label[0])
        raise AssertionError(f"{label} is not found: {self.here()}")

    def save(self, act):
        """Send the form and wait for the page that follows."""
        with self.page.expect_navigation():
            act()
        self.page.wait_for_load_state("load")


class PlainTypist(Typist):
    """Tab through everything, answer what is to be answered."""

    def fill_in(self, wanted):
        self.page.evaluate(SHOW_ALL)
        self._come_in()
        for _stop in range(MOST_STOPS):
            stop = self.here()
            if (stop["name"], stop["value"]) == ("go", "complete"):
                self.save(lambda: self.press("Enter"))
                return
            self._answer(wanted, stop)
            self.press("Tab")
        raise AssertionError("the end of the form is not reached")

    def _come_in(self):
        """Click the first question: its label, or its first button; what that chose is taken back without being counted."""
        first = self.page.locator("[data-question]").first
        label = first.locator("label.field__label")
        self.click(label if label.count() else first.locator("input").first)
        self.page.evaluate(
            "() => { if (document.activeElement.type === 'radio') document.activeElement.checked = false; }"
        )

    def _answer(self, wanted, stop):
        name = stop["name"]
        if name.endswith("_mr"):
            reason = wanted.answers.get(name)
            if reason:
                self.choose_in_select(reason, reason)
        elif name.endswith("_oth"):
            self.type(wanted.answers.get(name) or "")
        elif wanted.answers.get(name) not in (None, [], ""):
            self._answer_item(wanted, name, stop)

    def _answer_item(self, wanted, name, stop):
        if not wanted.is_coded(name):
            self.type(wanted.written(name))
        elif stop["type"] == "checkbox":
            if stop["value"] in wanted.codes(name):
                self.press("Space")
        elif stop["type"] == "radio":
            place = [str(code) for code in wanted.items[name].codelist.codes()].index(wanted.codes(name)[0])
            self.press(*(["ArrowDown"] * place or ["Space"]))
        else:
            code = wanted.codes(name)[0]
            self.choose_in_select(wanted.label(name, code), code)


class QuickTypist(Typist):
    """Enter from question to question, codes by digit, "none" and "as last time" for a section, days by their number."""

    def fill_in(self, wanted):
        self.press("Alt+n")
        tried = set()
        for _step in range(MOST_STOPS):
            seen = self.page.evaluate(SEEN)
            target = next((one for one in seen if self._is_due(one, wanted) and one["name"] not in tried), None)
            if target is None:
                break
            self._go(seen, target["name"])
            if target["isCopied"]:
                self.press("Enter")  # looked at
            else:
                self._answer(wanted, seen, target, tried)
        self.save(lambda: self.press("Control+Enter"))

    def _is_due(self, question, wanted):
        """Whether this question is not yet as it should be."""
        name = question["name"]
        if question["isCopied"]:
            return True
        if wanted.answers.get(f"{name}_mr"):
            return question["isOpen"]
        if wanted.answers.get(name) in (None, [], ""):
            return False
        return set(question["values"]) != set(wanted.codes(name)) if wanted.is_coded(name) else question["isOpen"]

    def _go(self, seen, name):
        """To the question by the fewest keys: Enter from one to the next, or Alt+N to the next that is open."""
        names = [one["name"] for one in seen]
        here = self.page.evaluate("() => document.activeElement.closest('[data-question]')?.dataset.question ?? ''")
        start, end = names.index(here) if here in names else -1, names.index(name)
        stops = [one for one in seen[start + 1 : end + 1] if one["isOpen"] or one["isCopied"]]
        by_open = len(stops) if stops and stops[-1]["name"] == name else MOST_STOPS
        if start > end:
            self.press(*["Shift+Enter"] * (start - end))
        elif by_open < end - start:
            self.press(*["Alt+n"] * by_open)
        else:
            for _question in range(end - start):
                self.press(self._onward())

    def _onward(self):
        """Enter, which in a text of several lines begins a line."""
        return "Tab" if self.here()["type"] == "textarea" else "Enter"

    def _answer(self, wanted, seen, target, tried):
        name = target["name"]
        same = [one for one in seen if one["section"] == target["section"]]
        if self._repeats_last(wanted, same, target):
            self.press("Alt+Shift+l")
            return
        if self._sets_none(wanted, same, target):
            self.press("Alt+0")
            return
        tried.add(name)
        reason = wanted.answers.get(f"{name}_mr")
        if reason and wanted.is_coded(name):
            self.press("Alt+m")
            self.choose_in_select(reason, reason)
        elif reason:
            self.type(reason.lower())
        elif wanted.is_coded(name):
            self._choose(wanted, name)
        else:
            self.type(wanted.written(name, quick=True))

    def _repeats_last(self, wanted, same, target):
        """Whether what can be repeated in this section is what the chart says."""
        due = [one for one in same if one["last"] and one["isOpen"]]
        known = [one for one in due if wanted.is_coded(one["name"]) and wanted.answers.get(one["name"]) is not None]
        return (
            target in due
            and len(known) == len(due)
            and all(one["last"]["texts"] == wanted.codes(one["name"]) for one in due)
        )

    def _sets_none(self, wanted, same, target):
        """Whether "none" for the section saves keys and says nothing that the chart does not say."""
        due = [one for one in same if one["none"] is not None and one["isOpen"]]
        if target not in due or any(wanted.answers.get(one["name"]) in (None, []) for one in due):
            return False
        return sum(wanted.codes(one["name"]) == [one["none"]] for one in due) > 1

    def _choose(self, wanted, name):
        stop = self.here()
        if stop["type"] == "text":  # a long list is found by typing
            self._find(name, wanted, wanted.codes(name)[0])
        elif stop["type"] == "checkbox":
            for code in wanted.codes(name):
                self._tick(name, code)
        else:
            code = wanted.codes(name)[0]
            self.press_until(code[0], lambda: self._chosen(name) == code)
        if wanted.answers.get(f"{name}_oth"):
            self.press("Tab")
            self.type(wanted.answers[f"{name}_oth"])

    def _tick(self, name, code):
        if len(code) == 1:
            self.press(code)
            return
        self.press_until("ArrowDown", lambda: self.here()["value"] == code)
        self.press("Space")

    def _chosen(self, name):
        return self.page.evaluate(f"() => document.querySelector('[name={name}]:checked')?.value ?? ''")

    def _find(self, name, wanted, code):
        """By the beginning of its label, or by its first letter and arrows: whichever needs fewer keys."""
        labels = {str(one): wanted.label(name, one).casefold() for one in wanted.items[name].codelist.codes()}
        label = labels[code]
        alike = [one for one in labels if labels[one].startswith(label[0])]
        needed = next(
            n
            for n in range(1, len(label) + 1)
            if [one for one in labels if labels[one].startswith(label[:n])][0] == code
        )
        self.type(label[: needed if needed <= 1 + alike.index(code) else 1])
        self.press_until("ArrowDown", lambda: self._marked() == code)
        self.press("Enter")  # takes it and goes on

    def _marked(self):
        """The code of the option that Enter would choose."""
        return self.page.evaluate(
            "() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant') ?? '')?.dataset.value ?? ''"
        )
