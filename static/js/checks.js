/* Shows, while a form is filled in, what the checks say of it, where and as the page shows it after a save.
 *
 * No rule is here: the server is asked after a question is left or its typing pauses, and answers with its sentences. The focus
 * never moves, typing never waits, and without a connection nothing is said; the server says the same when the form is saved.
 */

const form = document.querySelector("form[data-check]");
const LEFT = 400; // milliseconds after an answer was given
const PAUSED = 1200; // milliseconds after the last key, while the answer is still being typed

let timer = 0;
let asked = null; // the question to the server that is under way
let typing = null; // the control in which an answer is being typed, and not finished

function askIn(wait) {
  clearTimeout(timer);
  timer = setTimeout(ask, wait);
}

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch(form.dataset.check, { method: "POST", body: new FormData(form), redirect: "manual", signal });
    if (answer.ok) {
      const said = await answer.json();
      if (!signal.aborted) {
        show(said);
      }
    }
  } catch {
    /* no connection, no session, or a newer question */
  }
}

function show({ errors, findings, elsewhere, summary, derived }) {
  for (const question of form.querySelectorAll("[data-question]")) {
    if (!typing || !question.contains(typing)) {
      const of = ({ item }) => item === question.dataset.question;
      showAt(question, errors.filter(of), findings.filter(of));
    }
  }
  const count = form.querySelector("[data-count-text]");
  if (count.textContent !== summary) {
    count.textContent = summary;
  }
  showElsewhere(elsewhere);
  showDerived(derived);
}

/* The section of derived fields as the server writes it; left alone while somebody stands in it. */
function showDerived(section) {
  const place = form.querySelector("[data-derived]");
  const said = new DOMParser().parseFromString(section, "text/html").body;
  if (!place.contains(document.activeElement) && place.textContent !== said.textContent) {
    place.replaceChildren(...said.childNodes);
  }
}

function showAt(question, errors, findings) {
  const place = question.querySelector("[data-findings]");
  const lines = [...errors.map(({ text }) => line("error", text)), ...findings.map(({ text }) => line("query", text))];
  const said = (nodes) => nodes.map((one) => one.className + one.textContent.trim()).join("\n");
  if (said(lines) !== said([...place.children])) {
    place.replaceChildren(...lines);
  }
  question.classList.toggle("field--refused", errors.length > 0);
  question.classList.toggle("field--odd", !errors.length && findings.length > 0);
  for (const one of question.querySelectorAll(`[name="${question.dataset.question}"]`)) {
    errors.length ? one.setAttribute("aria-invalid", "true") : one.removeAttribute("aria-invalid");
  }
}

function line(kind, text) {
  const made = form.querySelector(`template[data-finding="${kind}"]`).content.firstElementChild.cloneNode(true);
  made.querySelector("span").textContent = text;
  return made;
}

function showElsewhere(findings) {
  const notice = form.querySelector("[data-caused]");
  const blank = notice.querySelector("template").content.firstElementChild;
  notice.querySelector("ul").replaceChildren(
    ...findings.map(({ title, url, text }) => {
      const made = blank.cloneNode(true);
      made.querySelector("a").textContent = title;
      made.querySelector("a").href = url;
      made.querySelector("span").textContent = text;
      return made;
    }),
  );
  notice.hidden = findings.length === 0;
}

if (form) {
  form.addEventListener("input", (event) => {
    if (event.target.closest("[data-question]") && !event.isComposing) {
      typing = event.target.matches("textarea, input[type=text]") ? event.target : null;
      askIn(PAUSED);
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.closest("[data-question]")) {
      typing = null;
      askIn(LEFT);
    }
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked?.abort();
  });
}
