/* Keeps current how far the own exports are; shows their list anew once one has ended. Without it there is a link.
 *
 * The form above the list is left alone: somebody may be choosing the next export.
 */

let place = document.querySelector("[data-exports]");
const EVERY = 1500;

function show(line, { done, all, words }) {
  const bar = line.querySelector("progress");
  const said = line.querySelector("[data-words]");
  if (bar) {
    bar.max = all || 1;
    bar.value = done;
  }
  if (said && said.textContent !== words) {
    said.textContent = words;
  }
}

/* Puts the list as it is now into place; whether one of it is still on its way. */
async function renewed() {
  const headers = { Accept: "text/html", "X-Unattended": "1" }; // nobody need sit there: it keeps no session alive
  const response = await fetch(window.location.href, { headers, cache: "no-cache", redirect: "manual" });
  const list = response.ok && new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".exports");
  if (!list) {
    return false; // signed out: the link is there
  }
  place.replaceWith(list);
  place = list;
  return "exports" in list.dataset;
}

async function round() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(place.dataset.exports, { headers, cache: "no-cache", redirect: "manual" });
    if (!response.ok) {
      return; // signed out, or nobody answers: the link is there
    }
    const { exports } = await response.json();
    const lineOf = (one) => place.querySelector(`[data-export="${one.id}"]`);
    const moves = (one) => one.state === "queued" || one.state === "running";
    const isOther = exports.some((one) => !lineOf(one) || (!moves(one) && lineOf(one).dataset.state !== one.state));
    if (!isOther) {
      exports.forEach((one) => show(lineOf(one), one));
    } else if (!(await renewed())) {
      return;
    }
  } catch {
    return;
  }
  setTimeout(round, EVERY);
}

if (place) {
  setTimeout(round, EVERY);
}
