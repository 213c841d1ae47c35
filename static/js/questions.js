/* What the modules of a form know of its questions: their controls, whether they are answered, where one goes next. */

export const form = document.querySelector("form[data-entry]");

/** The controls that hold a question's answer. A typed select is one: what is typed is in its box, what is meant in its list. */
export function controls(question) {
  const item = question.dataset.question;
  return [...question.querySelectorAll("input, select, textarea")].filter((one) => one.name === item);
}

export function questionOf(element) {
  return element.closest?.("[data-question]") ?? null;
}

export function isTicked(one) {
  return one.type === "radio" || one.type === "checkbox";
}

export function hasAnswer(question) {
  return controls(question).some((one) => (isTicked(one) ? one.checked : one.value.trim()) && one.value !== "");
}

/** Neither answered nor set aside with a reason. */
export function isOpen(question) {
  return !hasAnswer(question) && !question.querySelector("select[data-missing]")?.value;
}

/** The questions that can be seen, in their order. */
export function seen() {
  return [...form.querySelectorAll("[data-question]")].filter((one) => !one.hidden && one.closest("details")?.open);
}

/** Put the focus on a question: on its chosen button, or on its first control. */
export function focus(question) {
  const found = controls(question).filter((one) => one.value !== "" || !isTicked(one));
  const box = question.querySelector("[role=combobox]");
  (box ?? found.find((one) => one.checked) ?? found[0])?.focus();
}

export function clear(question) {
  for (const one of question.querySelectorAll("input, select, textarea")) {
    if (isTicked(one)) {
      one.checked = one.type === "radio" && one.value === "";
    } else {
      one.value = "";
    }
  }
  changed(question);
}

/** Give a question these texts for answers. */
export function fill(question, texts, other = "") {
  for (const one of controls(question)) {
    if (isTicked(one)) {
      one.checked = texts.includes(one.value);
    } else {
      one.value = texts[0] ?? "";
    }
  }
  const specified = question.querySelector(`[name="${question.dataset.question}_oth"]`);
  if (specified) {
    specified.value = other;
  }
  changed(question);
}

/** Tell every module that a question has another answer, though nobody typed it. */
export function changed(question) {
  question.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Say something to those who do not see the page change. */
export function say(words) {
  form.querySelector("[data-said]").textContent = words;
}
