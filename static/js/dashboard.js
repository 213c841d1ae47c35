/* Keeps a dashboard current: figures, sentences, tables and numbers change in place.
 *
 * The server says by event stream that something is newer (clock.js); what it is, is asked by HTTP under the reader's own rights.
 */

import { Clock } from "./clock.js";
import { canDraw, draw, resize, sizeFor } from "./figure.js";
import { offerPrinting, themeNow } from "./for_paper.js";
import { show, word } from "./live_state.js";

const root = document.querySelector("[data-dashboard]");
const panels = [...root.querySelectorAll("[data-panel]")];
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const TOLD_WHILE_RECOMPUTING = 10000;
let newest = 0; // choices so far

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

function sizeOf(panel) {
  const frame = panel.querySelector("[data-figure-frame]");
  return frame ? sizeFor(frame) : "wide";
}

/* Shows the panel as it is now. */
async function showPanel(panel) {
  const size = sizeOf(panel);
  const body = await ask(withQuery(panel.dataset.url, { theme: themeNow(), size }));
  if (body === null) {
    clock.isRefused = true;
  } else {
    await showBody(panel, size, body);
  }
}

/* Shows several as they are now, asked for at once; returns what the server said of those whose texts changed. */
async function showPanels(several) {
  if (!several.length) {
    return [];
  }
  const sizes = several.map(sizeOf);
  const of = several.map((one, at) => `${one.dataset.panel}:${sizes[at]}`).join(",");
  const address = new URL(root.dataset.query, new URL(root.dataset.panelsUrl, window.location.href));
  const body = await ask(withQuery(address, { of, theme: themeNow() }));
  if (body === null) {
    clock.isRefused = true;
    return [];
  }
  const shown = await Promise.all(several.map((one, at) => showBody(one, sizes[at], body.panels[at])));
  return shown.filter(Boolean);
}

/* Shows what was asked for in this size; returns it when the panel's texts changed by it, else null. */
async function showBody(panel, size, body) {
  if (sizeOf(panel) !== size) {
    return showPanel(panel); // the page was laid out anew meanwhile
  }
  const frame = panel.querySelector("[data-figure-frame]");
  const isNew = panel.dataset.digest !== body.digest;
  panel.dataset.size = size;
  if (isNew) {
    showTexts(panel, body.html);
    panel.dataset.digest = body.digest;
  }
  if (frame && body.figure && canDraw() && "isNear" in panel.dataset) {
    frame.querySelector("[data-figure]").setAttribute("aria-label", `${body.question} ${body.alt || body.answer}`);
    await draw(frame, body.figure, body.cases);
  }
  return isNew ? body : null;
}

/* A figure is drawn when the reader comes near it: a page of twenty would keep the first ones waiting. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) {
        near.unobserve(target);
        target.dataset.isNear = "";
        showPanel(target).catch(() => show("offline"));
      }
    }
  },
  { rootMargin: "600px" },
);

/* Tells those who cannot see the figures: once for all that changed together. */
function announce(changed) {
  if (changed.length) {
    const text = word(changed.length === 1 ? "changed" : "changed_several", { n: changed.length, answer: changed[0].answer });
    setText(root.querySelector("[data-announce]"), text);
  }
}

/* Chooses as a link of the page says: its address, the links as they are now, and what every panel asks. The last choice counts. */
async function choose(link) {
  const mine = ++newest;
  let response;
  try {
    response = await fetch(link.href, { headers: { Accept: "text/html" }, redirect: "manual" });
  } catch {
    show("offline");
    return;
  }
  if (!response.ok) {
    window.location.assign(link.href); // signed out, or an error page: show it as it is
    return;
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const chosen = page.querySelector("[data-dashboard]");
  if (mine !== newest) {
    return;
  }
  root.dataset.query = chosen.dataset.query;
  for (const panel of panels) {
    panel.dataset.url = chosen.querySelector(`[data-panel="${panel.dataset.panel}"]`).dataset.url;
  }
  const open = [...root.querySelectorAll("[data-choices] details[open]")].map((one) => one.id);
  root.querySelector("[data-choices]").replaceWith(chosen.querySelector("[data-choices]"));
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  document.getElementById(link.id)?.focus({ preventScroll: true });
  window.history.replaceState(null, "", root.dataset.query);
  await clock.refresh();
}

async function catchUp() {
  const body = await ask(new URL(root.dataset.query, new URL(root.dataset.stateUrl, window.location.href)));
  if (body === null) {
    return "refused";
  }
  showTiles(body.tiles);
  const changed = panels.filter((one) => one.dataset.digest !== body.panels[one.dataset.panel]);
  const isNear = (one) => "isNear" in one.dataset;
  const shown = await showPanels(changed.filter(isNear)); // those before the reader's eyes come first
  shown.push(...(await showPanels(changed.filter((one) => !isNear(one)))));
  panels.forEach((one) => setText(one.querySelector("[data-behind]"), body.behind?.[one.dataset.panel] ?? ""));
  announce(shown);
  show(body.state.state, body.state.made_at);
  return body.state.state;
}

const clock = new Clock(root.dataset.eventsUrl, catchUp, { told: TOLD_WHILE_RECOMPUTING });

async function drawAll() {
  await showPanels(panels.filter((one) => "isNear" in one.dataset)).catch(() => show("offline"));
}

offerPrinting(
  () => panels.filter((one) => one.querySelector("[data-figure-frame]")),
  async (panel) => {
    near.unobserve(panel);
    panel.dataset.isNear = "";
    await showPanel(panel);
  },
  drawAll,
);
dark.addEventListener("change", drawAll);
root.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-choice]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    await choose(link);
  }
});

const frames = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const panel = target.closest("[data-panel]");
    if (panel.dataset.size && panel.dataset.size !== sizeFor(target)) {
      showPanel(panel).catch(() => show("offline"));
    } else {
      resize(target);
    }
  }
});
for (const panel of panels) {
  const frame = panel.querySelector("[data-figure-frame]");
  if (frame) {
    frames.observe(frame);
    near.observe(panel);
  }
}
clock.refresh();
