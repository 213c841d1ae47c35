/* Answering by keyboard: codes by digit, clearing, reasons for missing answers, next open question, save. */

const form = document.querySelector("form[data-entry]");

function controls(question) {
  const item = question.dataset.question;
  return [...question.querySelectorAll("input, select, textarea")].filter((one) => one.name === item);
}

function hasAnswer(question) {
  return controls(question).some((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : one.value.trim()) && one.value !== "");
}

function clear(question) {
  for (const one of question.querySelectorAll("input, select, textarea")) {
    if (one.type === "radio" || one.type === "checkbox") {
      one.checked = one.type === "radio" && one.value === "";
    } else {
      one.value = "";
    }
  }
  question.dispatchEvent(new Event("change", { bubbles: true }));
}

/* An answered question needs no reason, so its reason is not a stop on the way; a question with a reason looks set aside. */
function settle(question) {
  const reason = question.querySelector("select[data-missing]");
  if (reason) {
    reason.tabIndex = hasAnswer(question) && !reason.value ? -1 : 0;
    question.classList.toggle("field--missing", reason.value !== "");
  }
}

function chooseByDigit(event) {
  const radio = event.target.closest(".choice")?.querySelector(`input[value="${event.key}"]`);
  if (radio && /^[0-9]$/.test(event.key)) {
    event.preventDefault();
    radio.focus();
    radio.click();
  }
}

function nextOpen() {
  const questions = [...form.querySelectorAll("[data-question]")].filter((one) => !one.hidden);
  const here = questions.indexOf(document.activeElement.closest("[data-question]"));
  const open = (one) => !hasAnswer(one) && !one.querySelector("select[data-missing]")?.value;
  const next = [...questions.slice(here + 1), ...questions.slice(0, here + 1)].find(open);
  if (next) {
    next.closest("details").open = true;
    controls(next)[0].focus();
  }
}

function onKey(event) {
  if ((event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector(event.key === "s" ? "[data-save]" : "[data-save-next]"));
  } else if (event.altKey && event.code === "KeyN") {
    event.preventDefault();
    nextOpen();
  } else if (!event.ctrlKey && !event.altKey && !event.metaKey) {
    chooseByDigit(event);
    if ((event.key === "Delete" || event.key === "Backspace") && event.target.type === "radio") {
      event.preventDefault();
      clear(event.target.closest("[data-question]"));
    }
  }
}

if (form) {
  document.addEventListener("keydown", onKey);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-clear]");
    if (button) {
      clear(button.closest("[data-question]"));
    }
  });
  form.addEventListener("change", (event) => {
    const question = event.target.closest("[data-question]");
    if (question) {
      settle(question);
    }
  });
  form.addEventListener("input", (event) => {
    const question = event.target.closest("[data-question]");
    if (question) {
      settle(question);
    }
  });
  form.querySelectorAll("[data-question]").forEach(settle);
}
