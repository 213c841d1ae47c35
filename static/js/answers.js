/* Answering by keyboard: codes by digit or first letter, Enter to the next question, clearing, reasons for missing answers,
 * the next open question, save. Keys that a control needs itself are left to it. */

import { clear, controls, focus, form, hasAnswer, isOpen, isTicked, questionOf, say, seen } from "./questions.js";

/* An answered question needs no reason, so its reason is not a stop on the way; a question with a reason looks set aside. */
function settle(question) {
  const reason = question.querySelector("select[data-missing]");
  if (reason) {
    reason.tabIndex = hasAnswer(question) && !reason.value ? -1 : 0;
    question.classList.toggle("field--missing", reason.value !== "");
  }
}

/* The buttons or boxes that a key may mean: first the code that is this digit, then those that begin with it. */
function meant(key, options) {
  if (/^[0-9]$/.test(key)) {
    return [...options.filter((one) => one.value === key), ...options.filter((one) => one.value !== key && one.value.startsWith(key))];
  }
  const begins = (one) => one.closest("label").textContent.trim().toLocaleLowerCase().startsWith(key.toLocaleLowerCase());
  return /^\p{L}$/u.test(key) ? options.filter(begins) : [];
}

/* One press chooses; another of the same key goes to the next that the key may mean. True if the key meant something. */
function choose(event) {
  const question = questionOf(event.target);
  if (!question || !isTicked(event.target) || event.target.name !== question.dataset.question) {
    return false;
  }
  const options = controls(question).filter((one) => one.value !== "");
  const found = meant(event.key, options);
  if (!found.length) {
    return false;
  }
  const isRadio = event.target.type === "radio";
  const here = found.findIndex((one) => (isRadio ? one.checked : one === document.activeElement));
  const next = found[(here + 1) % found.length];
  next.focus();
  if (isRadio || /^[0-9]$/.test(event.key)) {
    next.click();
  }
  return true;
}

/* Up and down go through the boxes of one question as they go through its buttons. */
function stepBoxes(event) {
  const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!by || event.target.type !== "checkbox") {
    return false;
  }
  const boxes = controls(questionOf(event.target));
  boxes[(boxes.indexOf(event.target) + by + boxes.length) % boxes.length].focus();
  return true;
}

function goOn(question, by) {
  const questions = seen();
  const next = questions[questions.indexOf(question) + by];
  if (next) {
    focus(next);
  } else if (by > 0) {
    form.querySelector("[data-save-next]").focus();
  }
}

function nextOpen() {
  const questions = [...form.querySelectorAll("[data-question]")].filter((one) => !one.hidden);
  const here = questions.indexOf(questionOf(document.activeElement));
  const next = [...questions.slice(here + 1), ...questions.slice(0, here + 1)].find((one) => isOpen(one) || one.matches(".field--copied"));
  if (next) {
    next.closest("details").open = true;
    focus(next);
  }
}

function save(which) {
  form.requestSubmit(form.querySelector(which));
}

/* A usual reason for a change, instead of typing it. */
function giveReason(button) {
  const reason = form.elements.reason;
  if (button && reason && !reason.closest("[data-reason]").hidden) {
    reason.value = button.textContent;
    reason.dispatchEvent(new Event("input", { bubbles: true }));
    say(reason.value);
  }
}

/* Keys with Ctrl or Alt work wherever the focus is. */
function onKeyOfForm(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (event.key === "s" || event.key === "Enter")) {
    event.preventDefault();
    save(event.key === "s" ? "[data-save]" : "[data-save-next]");
  } else if (event.altKey && !event.ctrlKey && event.code === "KeyN") {
    event.preventDefault();
    nextOpen();
  } else if (event.altKey && !event.ctrlKey && event.code === "KeyM") {
    event.preventDefault();
    questionOf(document.activeElement)?.querySelector("select[data-missing]")?.focus();
  } else if (event.altKey && !event.ctrlKey && /^Digit[1-4]$/.test(event.code)) {
    event.preventDefault();
    giveReason(form.querySelectorAll("[data-usual-reason]")[event.code.at(-1) - 1]);
  }
}

/* Clears a question. It may be hidden then, or its button: the focus stays on it, or goes to the question in its place. */
function clearAndStay(question, from) {
  const place = seen().indexOf(question);
  clear(question);
  const left = seen();
  if (question.hidden) {
    focus(left[Math.min(place, left.length - 1)]);
  } else if (!from.checkVisibility()) {
    focus(question);
  }
}

/* Plain keys belong to the question that has the focus. */
function onKeyOfQuestion(event) {
  const question = questionOf(event.target);
  if (!question || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) {
    return;
  }
  if (event.key === "Enter" && !event.target.matches("textarea, button")) {
    question.dispatchEvent(new CustomEvent("passed", { bubbles: true }));
    goOn(question, event.shiftKey ? -1 : 1);
  } else if (event.target.type === "radio" && (event.key === "Delete" || event.key === "Backspace")) {
    clearAndStay(question, event.target);
  } else if (!choose(event) && !stepBoxes(event)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

if (form) {
  document.addEventListener("keydown", onKeyOfForm);
  form.addEventListener("keydown", onKeyOfQuestion);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-clear]");
    if (button) {
      clearAndStay(questionOf(button), button);
    }
    giveReason(event.target.closest("[data-usual-reason]"));
  });
  for (const happening of ["change", "input"]) {
    form.addEventListener(happening, (event) => {
      const question = questionOf(event.target);
      if (question) {
        settle(question);
      }
    });
  }
  form.querySelectorAll("[data-question]").forEach(settle);
}
