/* Keeps a hospital's own page current: what the server renders for the address is fetched and put into place, panel by panel.
 *
 * The server says by event stream that something was released to this hospital. Without the stream the page asks every 15 s, with it
 * every 60 s all the same. A hidden page asks nothing.
 */

import { hears, show as showState, word } from "./live_state.js";
import { show as drawFigure } from "./still_figures.js";

const root = document.querySelector("[data-own-site]");
const STEADY = 60000;
const WITHOUT_STREAM = 15000;
const WHILE_RECOMPUTING = 2000;
const BURST = 150;
let stream = null;
let isStreaming = false;
let isRefused = false;
let timer = null;

/* The page of this address as it is now; null when the session has ended. */
async function fetched() {
  const response = await fetch(window.location.href, {
    headers: { Accept: "text/html", "X-Unattended": "1" }, // nobody need sit there: it keeps no session alive
    cache: "no-cache",
    redirect: "manual",
  });
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403 || response.status === 404) {
    return null;
  }
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/* Puts a panel into place; its figure is drawn anew if it was drawn. Whether anything changed. */
async function put(panel, now) {
  if (!now || panel.dataset.digest === now.dataset.digest) {
    return false;
  }
  panel.dataset.digest = now.dataset.digest;
  panel.querySelector("[data-texts]").replaceWith(now.querySelector("[data-texts]"));
  const frame = panel.querySelector("[data-figure-frame]");
  const drawn = now.querySelector("[data-figure]");
  if (frame && drawn) {
    frame.querySelector("[data-figure]").setAttribute("aria-label", drawn.getAttribute("aria-label"));
    if (frame.dataset.size) {
      await drawFigure(frame);
    }
  }
  return true;
}

async function catchUp() {
  const page = await fetched();
  if (page === null) {
    isRefused = true;
    return "refused";
  }
  const panels = [...root.querySelectorAll(".panel[data-digest]")];
  const isOther = [...page.querySelectorAll(".panel[data-digest]")].some((one) => {
    const here = document.getElementById(one.id);
    return !here || Boolean(one.querySelector("[data-figure-frame]")) !== Boolean(here.querySelector("[data-figure-frame]"));
  });
  if (isOther) {
    window.location.reload(); // the first release of all, or the first of a question
    return "live";
  }
  const changed = [];
  for (const panel of panels) {
    if (await put(panel, page.getElementById(panel.id))) {
      changed.push(panel);
    }
  }
  for (const part of root.querySelectorAll("[data-part]")) {
    const now = page.querySelector(`[data-part="${part.dataset.part}"]`);
    if (now && now.innerHTML !== part.innerHTML) {
      part.replaceWith(now);
    }
  }
  if (changed.length) {
    const question = changed[0].querySelector(".panel__question").textContent;
    const said = word(changed.length === 1 ? "changed" : "changed_several", { n: changed.length, answer: question });
    root.querySelector("[data-announce]").textContent = said;
  }
  const { state, madeAt } = page.querySelector("[data-live-state]").dataset;
  showState(state, madeAt);
  return state;
}

async function refresh() {
  if (document.hidden || isRefused) {
    return;
  }
  let state = "offline";
  try {
    state = await catchUp();
  } catch {
    showState("offline");
  }
  if (isRefused) {
    showState("refused");
    stop();
    return;
  }
  listen();
  pause(state === "recomputing" ? WHILE_RECOMPUTING : isStreaming && state === "live" ? STEADY : WITHOUT_STREAM);
}

function pause(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(refresh, milliseconds);
}

function listen() {
  if (stream && stream.readyState !== EventSource.CLOSED) {
    return;
  }
  stream = new EventSource(root.dataset.eventsUrl);
  stream.addEventListener("open", () => {
    isStreaming = true;
    hears(true);
  });
  stream.addEventListener("error", () => {
    if (isStreaming) {
      pause(WITHOUT_STREAM);
    }
    isStreaming = false;
    hears(false);
  });
  stream.addEventListener("refresh", () => pause(BURST));
}

function stop() {
  clearTimeout(timer);
  stream?.close();
  isStreaming = false;
}

if (root) {
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : refresh()));
  window.addEventListener("pagehide", stop);
  listen();
  pause(STEADY);
}
