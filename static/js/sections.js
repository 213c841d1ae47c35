/* Whole sections: the rest set to "none" and back again, answers of last time repeated and then looked at, folding, going on.
 *
 * Nothing here ever replaces an answer. What may be set to none, and what may be repeated, stands in the page (data-none,
 * data-last), item by item; an item that does not carry it is never touched.
 */

import { changed, clear, controls, fill, focus, form, hasAnswer, isOpen, questionOf, say } from "./questions.js";

const set = new Map(); // section → the questions that its "none" has set

function sectionOf(element) {
  return element.closest?.("details.section") ?? null;
}

function open(section, kind) {
  return [...section.querySelectorAll(`[data-${kind}]`)].filter((one) => !one.hidden && isOpen(one));
}

/* Answering one question may show or hide the next, so each is looked at in its turn. */
function inTurn(section, kind, act) {
  const done = [];
  for (const question of section.querySelectorAll(`[data-${kind}]`)) {
    if (!question.hidden && isOpen(question)) {
      act(question);
      done.push(question);
    }
  }
  return done;
}

/* None, and back. */

function setNone(section) {
  const done = inTurn(section, "none", (question) => {
    fill(question, [question.dataset.none]);
    question.querySelector("[data-was-set]").hidden = false;
  });
  set.set(section, done);
  refresh(section);
  say(section.querySelector("[data-none-button]").textContent);
}

function takeBack(section) {
  const done = set.get(section);
  set.delete(section);
  for (const question of done) {
    question.querySelector("[data-was-set]").hidden = true;
    clear(question);
  }
  refresh(section);
  say(section.querySelector("[data-none-button]").textContent);
}

function none(section) {
  if (set.get(section)?.length) {
    takeBack(section);
  } else if (section.querySelector("[data-none-button]") && open(section, "none").length) {
    setNone(section);
  }
}

/* As last time, then looked at. */

function repeat(question) {
  const { texts, other } = JSON.parse(question.dataset.last);
  fill(question, texts, other);
  question.querySelector("[name=copied]").checked = true;
  showCopied(question);
  changed(question); // the drafts keep that it was repeated
}

function showCopied(question) {
  const box = question.querySelector("[name=copied]");
  if (box) {
    box.checked &&= hasAnswer(question);
    question.classList.toggle("field--copied", box.checked);
    box.closest("[data-copied]").hidden = !box.checked;
    question.querySelector("[data-repeat]").hidden = !isOpen(question);
  }
}

function lookedAt(question) {
  const box = question.querySelector("[name=copied]");
  if (box?.checked) {
    box.checked = false;
    showCopied(question);
    changed(question);
  }
}

function repeatSection(section) {
  const done = inTurn(section, "last", repeat);
  if (done.length) {
    focus(done[0]);
    say(done[0].querySelector("[data-copied] span").textContent);
  }
}

/* What the buttons say now. */

function refresh(section) {
  const noneButton = section.querySelector("[data-none-button]");
  if (noneButton) {
    const done = set.get(section)?.length ?? 0;
    const left = open(section, "none").length;
    noneButton.textContent = (done ? noneButton.dataset.back : noneButton.dataset.words).replace("%n", done || left);
    noneButton.hidden = !done && left < 2;
  }
  const lastButton = section.querySelector("[data-last-button]");
  if (lastButton) {
    const left = open(section, "last").length;
    lastButton.textContent = lastButton.dataset.words.replace("%n", left);
    lastButton.hidden = left === 0;
  }
  const tools = section.querySelector("[data-tools]");
  if (tools) {
    tools.hidden = [...tools.children].every((one) => one.hidden);
  }
}

/* Folding and going on. */

function fold(section) {
  section.open = !section.open;
  section.querySelector("summary").focus();
}

function goTo(by) {
  const sections = [...form.querySelectorAll("details.section")];
  const here = sections.indexOf(sectionOf(document.activeElement));
  const next = sections[here + by];
  if (next) {
    next.open = true;
    const question = [...next.querySelectorAll("[data-question]")].find((one) => !one.hidden);
    question ? focus(question) : next.querySelector("summary").focus();
  }
}

const KEYS = {
  Digit0: (section) => section && none(section),
  KeyL: (section, question, isShifted) => {
    if (isShifted && section) {
      repeatSection(section);
    } else if (question?.dataset.last && isOpen(question)) {
      repeat(question);
    }
  },
  KeyO: (section) => section && fold(section),
  KeyJ: () => goTo(1),
  KeyK: () => goTo(-1),
};

function onClick(event) {
  const { target } = event;
  if (target.closest("[data-none-button]")) {
    none(sectionOf(target));
  } else if (target.closest("[data-last-button]")) {
    repeatSection(sectionOf(target));
  } else if (target.closest("[data-repeat]")) {
    repeat(questionOf(target));
    focus(questionOf(target));
  } else if (target.closest("[data-looked]")) {
    const question = questionOf(target);
    lookedAt(question);
    focus(question);
  }
}

/* An answer that somebody changes is theirs: it is no longer "set", nor "as last time". */
function onAnswer(event) {
  const question = questionOf(event.target);
  const section = question && sectionOf(question);
  if (!section) {
    return;
  }
  if (controls(question).includes(event.target)) {
    const mark = question.querySelector("[data-was-set]");
    if (mark) {
      mark.hidden = true;
      set.set(section, (set.get(section) ?? []).filter((one) => one !== question));
    }
    const box = question.querySelector("[name=copied]");
    if (box) {
      box.checked = false;
    }
  }
  showCopied(question);
  refresh(section);
}

/* Nothing that was repeated is sent before somebody has looked at it. The server refuses it too. */
function onSubmit(event) {
  const left = [...form.querySelectorAll("[name=copied]:checked")].map(questionOf).filter((one) => !one.hidden);
  if (left.length) {
    event.preventDefault();
    event.stopImmediatePropagation();
    left[0].closest("details").open = true;
    focus(left[0]);
    say(left[0].querySelector("[data-copied] span").textContent);
  }
}

if (form) {
  form.addEventListener("click", onClick);
  form.addEventListener("input", onAnswer);
  form.addEventListener("change", onAnswer);
  form.addEventListener("passed", (event) => lookedAt(event.target));
  form.addEventListener("submit", onSubmit, { capture: true });
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && !event.metaKey && KEYS[event.code]) {
      event.preventDefault();
      KEYS[event.code](sectionOf(document.activeElement), questionOf(document.activeElement), event.shiftKey);
    }
  });
  form.querySelectorAll("[data-question]").forEach(showCopied);
  form.querySelectorAll("details.section").forEach(refresh);
}
