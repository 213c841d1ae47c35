/* The sheet of a daily log: fill a row as the day before or with "none", go from day to day, see the grades while typing.
 *
 * No rule of grading is here: the server grades what is typed. Without this module the buttons of a row do the same through the
 * server, and storing works as it is. What is typed and not saved is kept in this tab, so that a session that ends loses nothing.
 */

const form = document.querySelector("form[data-log]");
const LEFT = 300; // milliseconds after an answer was given

let timer = 0;
let asked = null;

function rowOf(element) {
  return element.closest?.("tr[data-day]") ?? null;
}

function rows() {
  return [...form.querySelectorAll("tr[data-day]")];
}

/* The controls of a row that hold components; the first, its date, is left out. */
function components(row) {
  return [...row.querySelectorAll("td select, td input")];
}

function said(row) {
  row.dispatchEvent(new Event("change", { bubbles: true }));
}

function sameAsBefore(row) {
  const before = rows()[rows().indexOf(row) - 1];
  if (before) {
    const answers = components(before);
    components(row).forEach((one, place) => (one.value = answers[place].value));
    said(row);
  }
}

function nothingFound(row) {
  for (const one of components(row)) {
    if (!one.value && one.dataset.none) {
      one.value = one.dataset.none;
    }
  }
  said(row);
}

/* The same column of the row above or below. */
function step(element, by) {
  const row = rowOf(element);
  const next = row && rows()[rows().indexOf(row) + by];
  if (next) {
    const place = [...row.querySelectorAll("th input:not([type=hidden]), td select, td input, td button")].indexOf(element);
    const controls = next.querySelectorAll("th input:not([type=hidden]), td select, td input, td button");
    (controls[place] ?? controls[0]).focus();
  }
}

async function grade() {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  try {
    const answer = await fetch(form.dataset.grades, { method: "POST", body: new FormData(form), redirect: "error", signal });
    if (answer.ok) {
      show(await answer.json(), signal);
    }
  } catch {
    /* no connection, no session, or a newer question */
  }
}

function show({ days, episode }, signal) {
  if (signal.aborted) {
    return;
  }
  for (const { place, grade: words, date } of days) {
    const row = form.querySelector(`tr[data-day="${place}"]`);
    row.querySelector("[data-grade]").textContent = words || "–";
    row.querySelector("[data-words]").textContent = date;
  }
  const place = form.querySelector("[data-episode]");
  if (place.textContent !== episode) {
    place.textContent = episode;
  }
}

/* The reason is asked for once a stored day changes; without this module it always stands there. */
function askForReason(row) {
  const reason = form.querySelector("[data-reason]");
  if (reason && row && row.querySelector("input[name$='-row']").value) {
    reason.hidden = false;
  }
}

function onKey(event) {
  const row = rowOf(event.target);
  if ((event.ctrlKey || event.metaKey) && !event.altKey && (event.key === "s" || event.key === "Enter")) {
    form.requestSubmit(form.querySelector("[data-save]"));
  } else if (row && event.altKey && !event.ctrlKey && event.code === "KeyL") {
    sameAsBefore(row);
  } else if (row && event.altKey && !event.ctrlKey && event.code === "Digit0") {
    nothingFound(row);
  } else if (row && event.ctrlKey && !event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    step(event.target, event.key === "ArrowDown" ? 1 : -1);
  } else if (row && event.key === "Enter" && !event.isComposing && event.target.matches("input, select")) {
    step(event.target, event.shiftKey ? -1 : 1);
  } else {
    return;
  }
  event.preventDefault();
}

const SKIP = ["csrfmiddlewaretoken", "nonce", "go"];

function entries() {
  return [...new FormData(form)].filter(([name]) => !SKIP.includes(name));
}

/* Keep what is typed in this tab; offer it when the sheet is opened again; let it go when it is saved. */
function keepTyped() {
  const place = `log ${location.pathname} ${form.dataset.person}`;
  const notice = document.getElementById("log-kept");
  const before = JSON.stringify(entries());
  form.addEventListener("input", () => {
    const now = JSON.stringify(entries());
    now === before && !("typed" in form.dataset) ? sessionStorage.removeItem(place) : sessionStorage.setItem(place, now);
  });
  form.addEventListener("change", () => form.dispatchEvent(new Event("input")));
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "go") {
      sessionStorage.setItem("sent", place);
    }
  });
  const kept = sessionStorage.getItem(place);
  notice.hidden = !kept || kept === before || "typed" in form.dataset;
  notice.querySelector("[data-throw-away]").addEventListener("click", () => {
    sessionStorage.removeItem(place);
    notice.hidden = true;
  });
  notice.querySelector("[data-put-back]").addEventListener("click", () => {
    for (const one of form.querySelectorAll("input:not([name=csrfmiddlewaretoken]):not([name=nonce]), select")) {
      one.disabled = true;
    }
    for (const [name, value] of JSON.parse(kept)) {
      const one = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(one);
    }
    form.submit();
  });
}

if (form) {
  keepTyped();
  document.addEventListener("keydown", onKey);
  const reason = form.querySelector("[data-reason]");
  if (reason && !("needed" in reason.dataset) && !reason.querySelector("input").value) {
    reason.hidden = true;
  }
  form.addEventListener("change", (event) => {
    askForReason(rowOf(event.target));
    clearTimeout(timer);
    timer = setTimeout(grade, LEFT);
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-same], [data-nothing]");
    if (button) {
      event.preventDefault();
      (button.matches("[data-same]") ? sameAsBefore : nothingFound)(rowOf(button));
    }
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    asked?.abort();
  });
}
