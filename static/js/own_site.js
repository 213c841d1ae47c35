/* Keeps a hospital's own page current: what the server renders for the address is fetched and put into place, panel by panel.
 *
 * The server says by event stream that something was released to this hospital (clock.js).
 */

import { Clock } from "./clock.js";
import { show as showState, word } from "./live_state.js";
import { show as drawFigure } from "./still_figures.js";

const root = document.querySelector("[data-own-site]");

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

if (root) {
  new Clock(root.dataset.eventsUrl, catchUp).begin();
}
