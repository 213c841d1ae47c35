/* Typed text survives a closed session, a fault and a slip of the finger.
 *
 * What is typed and not saved is kept by the server for this person every few seconds, and in this tab's sessionStorage until the
 * server has it: under the address, person and version of the form, beside the stamp of the draft that the page had seen. Both go
 * with the save and with "Show what is stored instead". What was typed over an older version is put back with that version, so
 * that sending it shows both.
 */

const form = document.querySelector("form[data-draft]");
const SKIP = ["csrfmiddlewaretoken", "version", "go", "nonce", "draft"];
const EVERY = 4000; // milliseconds between two messages to the server

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

/* The copies of this form in this tab; those of somebody else who worked in it are thrown away. */
function tabCopies(own) {
  const here = `draft ${location.pathname}${location.search} `;
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(here) && !name.startsWith(own)) {
      sessionStorage.removeItem(name);
    }
  }
  return Object.keys(sessionStorage).filter((name) => name.startsWith(own));
}

function start() {
  const own = `draft ${location.pathname}${location.search} ${form.dataset.person} `;
  const unsaved = document.querySelector("[data-unsaved]");
  const state = document.querySelector("[data-draft-state]");
  const reason = document.querySelector("[data-reason]");
  const notice = document.getElementById("draft-notice");
  const stamp = form.elements.draft;
  const stored = JSON.stringify(entries());
  const begunTyped = "restored" in form.dataset || "refused" in form.dataset;
  let place = own + form.dataset.version;
  let waiting = 0; // timer of the next message to the server
  let asked = null; // the message under way
  let isSent = true; // whether the server has what is typed
  let isLeaving = false;

  const showUnsaved = (changed) => {
    unsaved.hidden = !changed;
    if (reason && !("needed" in reason.dataset)) {
      reason.hidden = !changed;
    }
  };

  const keepInTab = () => {
    try {
      sessionStorage.setItem(place, JSON.stringify({ stamp: stamp.value, typed: entries() }));
    } catch {
      /* The tab holds no more: what it has stays, and the server is sent the rest all the same. */
    }
  };

  const typed = () => {
    const changed = begunTyped || JSON.stringify(entries()) !== stored;
    changed || !isSent || stamp.value ? keepInTab() : sessionStorage.removeItem(place);
    showUnsaved(changed);
    isSent = false;
    waiting ||= setTimeout(send, EVERY);
  };

  const send = async ({ keepalive = false } = {}) => {
    clearTimeout(waiting);
    waiting = 0;
    if (isLeaving || isSent || (asked && !keepalive)) {
      return;
    }
    asked = new AbortController();
    const now = JSON.stringify(entries());
    let isAgain = true;
    try {
      const words = { method: "POST", body: new FormData(form), redirect: "manual", keepalive, signal: asked.signal };
      const answer = await fetch(form.dataset.draft, words);
      isAgain = hear(answer.ok, await answer.json(), now);
    } catch {
      state.textContent = isLeaving ? "" : state.dataset.inTab; // no connection or no session: it is tried again
    }
    asked = null;
    if (isAgain && !isLeaving) {
      waiting ||= setTimeout(send, EVERY);
    }
  };

  /* What the server says of a message; whether something was typed since. */
  const hear = (isKept, { said, stamp: kept }, sent) => {
    const isNewer = JSON.stringify(entries()) !== sent;
    state.textContent = said;
    if (isKept) {
      stamp.value = kept;
      isSent = !isNewer;
      const inTabOnly = form.dataset.tabOnly.split(" ").some((name) => form.elements[name]?.value);
      isNewer || inTabOnly ? keepInTab() : sessionStorage.removeItem(place);
    }
    return isNewer;
  };

  const putBack = (name, copy) => {
    place = name;
    form.elements.version.value = name.slice(own.length);
    stamp.value = copy.stamp;
    fill(copy.typed);
    notice.hidden = false;
  };

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  showUnsaved(begunTyped);

  const copies = tabCopies(own);
  const name = copies.includes(place) ? place : copies[0];
  const copy = name && JSON.parse(sessionStorage.getItem(name));
  if (copy && JSON.stringify(copy.typed) === stored) {
    sessionStorage.removeItem(name);
  } else if (copy && !("refused" in form.dataset)) {
    const ofThisTab = notice.querySelector("[data-of-this-tab]");
    if (copy.stamp === stamp.value) {
      putBack(name, copy);
    } else {
      /* The draft on the server was kept elsewhere, or has gone there: the page shows that one, and offers the tab's. */
      ofThisTab.hidden = notice.hidden = false;
      ofThisTab.addEventListener("click", () => {
        const seen = stamp.value;
        putBack(name, copy);
        stamp.value = seen;
        notice.querySelector("button[name=drop]").focus();
        ofThisTab.hidden = true;
      });
    }
  }

  notice.querySelector("form").addEventListener("submit", () => {
    isLeaving = true;
    asked?.abort();
    tabCopies(own).forEach((one) => sessionStorage.removeItem(one));
  });
  form.addEventListener("submit", () => {
    isLeaving = true;
    clearTimeout(waiting);
    asked?.abort();
    keepInTab();
    sessionStorage.setItem("sent", place);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      send({ keepalive: true });
    }
  });
  addEventListener("beforeunload", (event) => {
    if (!isLeaving && !isSent) {
      event.preventDefault();
    }
  });
}

/* What was sent is stored, or thrown away: its copy in this tab is needed no more. */
function forgetSent() {
  sessionStorage.removeItem(sessionStorage.getItem("sent"));
  sessionStorage.removeItem("sent");
}

if (document.querySelector("[data-saved]")) {
  forgetSent();
}
document.querySelector("[data-discard]")?.addEventListener("click", forgetSent);
if (form) {
  start();
}
