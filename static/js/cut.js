/* Keeps current how far the work for a data cut is; shows the page anew once it has ended. Without it there is a link. */

const place = document.querySelector("[data-cut-state]");
const EVERY = 1500;

function show(work, { done, all, words }) {
  const bar = work.querySelector("progress");
  bar.max = all || 1;
  bar.value = done;
  const said = work.querySelector("[data-words]");
  if (said.textContent !== words) {
    said.textContent = words;
  }
}

async function round() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(place.dataset.cutState, { headers, cache: "no-cache", redirect: "manual" });
    if (!response.ok) {
      return; // signed out, or nobody answers: the link is there
    }
    const { progress } = await response.json();
    const shown = [...place.querySelectorAll("[data-cut-progress]")];
    if (progress.length !== shown.length) {
      window.location.reload();
      return;
    }
    progress.forEach((one, i) => show(shown[i], one));
  } catch {
    return;
  }
  setTimeout(round, EVERY);
}

if (place) {
  setTimeout(round, EVERY);
}
