/* Keeps current how far an import is; shows the page anew once its step has ended. Without it there is a link. */

const place = document.querySelector("[data-import]");
const EVERY = 1000;

async function round() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(place.dataset.import, { headers, cache: "no-cache", redirect: "manual" });
    if (!response.ok) {
      return; // signed out, or nobody answers: the link is there
    }
    const { state, done, all, words } = await response.json();
    if (state !== "queued" && state !== "running") {
      window.location.reload();
      return;
    }
    const bar = place.querySelector("progress");
    bar.max = all || 1;
    bar.value = done;
    const said = place.querySelector("[data-words]");
    if (said.textContent !== words) {
      said.textContent = words;
    }
  } catch {
    return;
  }
  setTimeout(round, EVERY);
}

if (place) {
  setTimeout(round, EVERY);
}
