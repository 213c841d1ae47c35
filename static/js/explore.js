/* Exploring: each choice is an address, and each address is shown in place. Also a dashboard of saved views.
 *
 * The page that the server renders for an address is fetched and put into place, so that what a choice means is written once.
 */

import { offerPrinting } from "./for_paper.js";
import { onTheme, View, word } from "./explored.js";

const root = document.querySelector("[data-explore]");
const form = () => root.querySelector("[data-explore-form]");
const BURST = 400;
const narrow = window.matchMedia("(max-width: 639px)");
let views = [];
let stream = null;
let waiting = null;
let newest = 0;

function announce(text) {
  root.querySelector("[data-announce]").textContent = text;
}

const frames = new ResizeObserver(() => views.forEach((view) => view.fit()));

function begin() {
  views.forEach((view) => view.end());
  frames.disconnect();
  views = [...root.querySelectorAll("[data-explored]")].map((element) => new View(element, announce));
  views.forEach((view) => view.frame && frames.observe(view.frame));
  root.querySelectorAll("[data-without-script] .button--primary").forEach((one) => {
    one.hidden = true;
  });
  root.querySelectorAll("[data-copy-link]").forEach((one) => {
    one.hidden = false;
  });
  inTurn();
}

/* One after the other: nobody may have many runs open at once. */
async function inTurn() {
  for (const view of [...views]) {
    await view.begin();
  }
}

/* The address that the form asks for; what says nothing is left out. */
function chosen() {
  const pairs = [...new FormData(form())].filter(([, value]) => value !== "");
  return `${form().action}?${new URLSearchParams(pairs)}`;
}

/* What is open, in the form and in the result, and what has the focus. */
function kept() {
  const folds = [...root.querySelectorAll("details[id]")].map((one) => [one.id, one.open]);
  return { folds, focus: document.activeElement?.id ?? "", at: document.activeElement?.selectionStart };
}

function restore({ folds, focus }) {
  const messages = root.querySelector(".choices__field--refused");
  for (const [id, isOpen] of folds) {
    const fold = document.getElementById(id);
    if (fold && !fold.contains(messages)) {
      fold.open = isOpen || fold.open;
    }
  }
  document.getElementById(focus)?.focus({ preventScroll: true });
}

async function load(url, { isStep }) {
  const mine = ++newest;
  root.dataset.loading = "";
  let page;
  let address = url;
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" }, cache: "no-cache" });
    page = new DOMParser().parseFromString(await response.text(), "text/html");
    address = response.url;
  } catch {
    announce(word("offline"));
  }
  if (mine !== newest) {
    return;
  }
  delete root.dataset.loading;
  const fresh = page?.querySelector("[data-explore]");
  if (!fresh) {
    if (page) {
      window.location.assign(url); // signed out, or an error page: show it as it is
    }
    return;
  }
  const before = kept();
  for (const part of ["[data-explore-form]", "[data-explore-result]"]) {
    root.querySelector(part).replaceWith(document.adoptNode(fresh.querySelector(part)));
  }
  document.title = page.title;
  if (isStep && address !== window.location.href) {
    window.history.pushState(null, "", address);
  }
  restore(before);
  begin();
}

function choose() {
  load(chosen(), { isStep: true });
}

function listen() {
  if (!root.dataset.eventsUrl || stream) {
    return;
  }
  stream = new EventSource(root.dataset.eventsUrl);
  stream.addEventListener("refresh", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => views.forEach((view) => view.look()), BURST);
  });
}

function stop() {
  stream?.close();
  stream = null;
}

root.addEventListener("change", (event) => {
  if (event.target.closest("[data-explore-form]")) {
    choose();
  }
});
root.addEventListener("submit", (event) => {
  if (event.target.matches("[data-explore-form]")) {
    event.preventDefault();
    choose();
  }
});
root.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-explore-link]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    load(link.href, { isStep: true });
  }
  if (event.target.closest("[data-copy-link]")) {
    await navigator.clipboard.writeText(window.location.href);
    announce(word("copied"));
    event.target.closest("[data-copy-link]").textContent = word("copied");
  }
});
window.addEventListener("popstate", () => form() && load(window.location.href, { isStep: false }));
window.addEventListener("pagehide", stop);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stop();
  } else {
    listen();
    views.forEach((view) => view.look());
  }
});
const redraw = () => Promise.allSettled(views.map((view) => view.drawn()));
onTheme(redraw);
offerPrinting(() => views, (view) => view.drawn(), redraw);

if (form() && narrow.matches && !root.querySelector(".choices__field--refused, [role=alert]")) {
  form().querySelectorAll("details.choices__section").forEach((one) => {
    one.open = false; // the answer first
  });
}
begin();
listen();
