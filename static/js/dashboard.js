/* Keeps a dashboard current: figures, sentences, tables and numbers change in place.
 *
 * The server says by event stream that something is newer; what it is, is asked by HTTP under the reader's own rights. Without the
 * stream the page asks every 15 s, with it every 60 s all the same. A hidden page asks nothing.
 */

import { canDraw, draw, resize, sizeFor } from "./figure.js";
import { show, word } from "./live_state.js";

const root = document.querySelector("[data-dashboard]");
const panels = [...root.querySelectorAll("[data-panel]")];
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const STEADY = 60000;
const WITHOUT_STREAM = 15000;
const WHILE_RECOMPUTING = 2000;
const BURST = 150; // a revision's analyses arrive one after the other: one refresh for all

let stream = null;
let isStreaming = false;
let timer = null;
let isAsking = false;
let askAgain = false;
let isRefused = false;

/* The JSON at this address; null when the session has ended. Throws when nobody answers. */
async function ask(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-cache", redirect: "manual" });
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
    return null;
  }
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  return response.json();
}

function withQuery(path, query) {
  const url = new URL(path, window.location.href);
  Object.entries(query).forEach(([name, value]) => url.searchParams.set(name, value));
  return url;
}

function setText(element, text) {
  if (element && element.textContent !== text) {
    element.textContent = text;
  }
}

function showTiles(tiles) {
  for (const tile of tiles) {
    const place = root.querySelector(`[data-tile="${tile.name}"]`);
    setText(place?.querySelector("[data-tile-value]"), tile.value);
    setText(place?.querySelector("[data-tile-note]"), tile.note);
  }
}

/* The texts under a figure, rendered by the server; what was open stays open, what had the focus keeps it. */
function showTexts(panel, html) {
  const place = panel.querySelector("[data-texts]");
  const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.innerHTML = html;
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (focused) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

/* Shows the panel as it is now; returns what the server said when its texts changed, else nothing. */
async function showPanel(panel) {
  const frame = panel.querySelector("[data-figure-frame]");
  const size = sizeFor(frame);
  const body = await ask(withQuery(panel.dataset.url, { theme: dark.matches ? "dark" : "light", size }));
  if (body === null) {
    isRefused = true;
    return null;
  }
  const isNew = panel.dataset.digest !== body.digest;
  panel.dataset.size = size;
  if (isNew) {
    showTexts(panel, body.html);
    panel.dataset.digest = body.digest;
  }
  if (body.figure && canDraw()) {
    frame.querySelector("[data-figure]").setAttribute("aria-label", `${body.question} ${body.answer}`);
    await draw(frame, body.figure);
  }
  return isNew ? body : null;
}

/* Tells those who cannot see the figures: once for all that changed together. */
function announce(changed) {
  if (changed.length) {
    const text = word(changed.length === 1 ? "changed" : "changed_several", { n: changed.length, answer: changed[0].answer });
    setText(root.querySelector("[data-announce]"), text);
  }
}

function isChosen(panel) {
  return !panel.dataset.url.includes("rule=") || panel.dataset.url.includes(`rule=${root.dataset.rule}`);
}

/* Points the panels that follow the rule at the chosen one. */
function follow(rule) {
  root.dataset.rule = rule;
  for (const panel of panels.filter((one) => !isChosen(one))) {
    panel.dataset.url = panel.dataset.url.replace(/rule=\w/, `rule=${rule}`);
  }
  for (const link of root.querySelectorAll("a[data-rule]")) {
    link.toggleAttribute("aria-current", false);
    if (link.dataset.rule === rule) {
      link.setAttribute("aria-current", "true");
    }
  }
  root.querySelectorAll("[data-rule-sentence]").forEach((one) => {
    one.hidden = one.dataset.ruleSentence !== rule;
  });
  window.history.replaceState(null, "", `?rule=${rule.toUpperCase()}`);
}

function pause(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(refresh, milliseconds);
}

function untilNext(state) {
  if (state === "recomputing") {
    return WHILE_RECOMPUTING;
  }
  return isStreaming && state === "live" ? STEADY : WITHOUT_STREAM;
}

/* Asks how things stand and fetches what has changed. One at a time; a wish that comes meanwhile is kept. */
async function refresh() {
  if (document.hidden || isRefused) {
    return;
  }
  if (isAsking) {
    askAgain = true;
    return;
  }
  isAsking = true;
  askAgain = false;
  let state = "offline";
  try {
    state = await catchUp();
  } catch {
    show("offline");
  }
  isAsking = false;
  if (isRefused) {
    show("refused");
    stop();
  } else {
    listen();
    pause(askAgain ? BURST : untilNext(state));
  }
}

async function catchUp() {
  const body = await ask(withQuery(root.dataset.stateUrl, { rule: root.dataset.rule }));
  if (body === null) {
    isRefused = true;
    return "refused";
  }
  showTiles(body.tiles);
  const changed = panels.filter((one) => one.dataset.digest !== body.panels[one.dataset.panel]);
  const shown = await Promise.all(changed.map(showPanel));
  announce(shown.filter(Boolean));
  show(body.state.state, body.state.made_at);
  return body.state.state;
}

function listen() {
  if (stream && stream.readyState !== EventSource.CLOSED) {
    return;
  }
  stream = new EventSource(root.dataset.eventsUrl);
  stream.addEventListener("open", () => {
    isStreaming = true;
  });
  stream.addEventListener("error", () => {
    /* Each vain attempt to reconnect comes here too: only the loss itself sets the clock, or it would never run down. */
    if (isStreaming && !isAsking) {
      pause(WITHOUT_STREAM);
    }
    isStreaming = false;
  });
  stream.addEventListener("refresh", () => pause(BURST));
}

function stop() {
  clearTimeout(timer);
  stream?.close();
  isStreaming = false;
}

async function drawAll() {
  await Promise.allSettled(panels.map(showPanel));
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stop();
  } else {
    refresh();
  }
});
window.addEventListener("pagehide", stop);
dark.addEventListener("change", drawAll);
root.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-rule]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    follow(link.dataset.rule);
    refresh();
  }
});

const frames = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const panel = target.closest("[data-panel]");
    if (panel.dataset.size && panel.dataset.size !== sizeFor(target)) {
      showPanel(panel);
    } else {
      resize(target);
    }
  }
});
panels.forEach((one) => frames.observe(one.querySelector("[data-figure-frame]")));

await drawAll();
refresh();
