/* Typed text survives a closed session, a fault and a slip of the finger.
 *
 * What is typed and not yet stored is kept in this tab's sessionStorage under the address, person and version of the form,
 * and is dropped once the server says it is stored, when it is thrown away, and when the tab closes. What was typed over an
 * older version is put back with that version, so that sending it shows both.
 */

const form = document.querySelector("form[data-entry]");
const SKIP = ["csrfmiddlewaretoken", "version", "go", "nonce"];

function entries() {
  return [...new FormData(form)].filter(([name]) => !SKIP.includes(name));
}

function fill(kept) {
  for (const one of form.elements) {
    if (!one.name || SKIP.includes(one.name) || one.type === "hidden" || one.type === "submit") {
      continue;
    }
    const texts = kept.filter(([name]) => name === one.name).map(([, text]) => text);
    if (one.type === "radio" || one.type === "checkbox") {
      one.checked = texts.includes(one.value);
    } else {
      one.value = texts[0] ?? "";
    }
  }
  form.querySelectorAll("[data-question]").forEach((one) => one.dispatchEvent(new Event("change", { bubbles: true })));
}

function start() {
  const own = `draft ${location.pathname} ${form.dataset.person} `;
  const shown = form.dataset.version;
  let place = own + shown;
  const stored = JSON.stringify(entries());
  const notice = document.getElementById("draft-notice");
  const state = document.querySelector("[data-unsaved]");
  const reason = document.querySelector("[data-reason]");
  let leaving = false;

  const mark = () => {
    const now = JSON.stringify(entries());
    const changed = now !== stored;
    changed ? sessionStorage.setItem(place, now) : sessionStorage.removeItem(place);
    show(changed);
  };
  const show = (changed) => {
    state.hidden = !changed;
    if (reason && !("needed" in reason.dataset)) {
      reason.hidden = !changed;
    }
  };

  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(`draft ${location.pathname} `) && (!name.startsWith(own) || sessionStorage.getItem(name) === stored)) {
      sessionStorage.removeItem(name);
    }
  }
  const older = Object.keys(sessionStorage).find((name) => name.startsWith(own));
  if (!sessionStorage.getItem(place) && older && !("refused" in form.dataset)) {
    place = older;
    form.elements.version.value = older.slice(own.length);
  }
  const kept = sessionStorage.getItem(place);
  if (kept && !("refused" in form.dataset)) {
    fill(JSON.parse(kept));
    notice.hidden = false;
    show(true);
  } else {
    show("refused" in form.dataset);
  }
  notice.querySelector("button").addEventListener("click", () => {
    fill(JSON.parse(stored));
    sessionStorage.removeItem(place);
    place = own + shown;
    form.elements.version.value = shown;
    notice.hidden = true;
    show(false);
  });
  form.addEventListener("input", mark);
  form.addEventListener("change", mark);
  form.addEventListener("submit", () => {
    leaving = true;
    sessionStorage.setItem("sent", place);
  });
  addEventListener("beforeunload", (event) => {
    if (!leaving && !state.hidden) {
      event.preventDefault();
    }
  });
}

/* The server says that what was sent is stored: its draft is needed no more. */
if (document.querySelector("[data-saved]")) {
  sessionStorage.removeItem(sessionStorage.getItem("sent"));
  sessionStorage.removeItem("sent");
}
if (form) {
  start();
}
