/* Keeps current how far the own exports are; shows the page anew once one has ended. Without it there is a link. */

const place = document.querySelector("[data-exports]");
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

async function round() {
  try {
    const headers = { Accept: "application/json" };
    const response = await fetch(place.dataset.exports, { headers, cache: "no-cache", redirect: "manual" });
    if (!response.ok) {
      return; // signed out, or nobody answers: the link is there
    }
    const { exports } = await response.json();
    for (const one of exports) {
      const line = place.querySelector(`[data-export="${one.id}"]`);
      const moves = one.state === "queued" || one.state === "running";
      if (!line || (!moves && line.dataset.state !== one.state)) {
        window.location.reload();
        return;
      }
      show(line, one);
    }
  } catch {
    return;
  }
  setTimeout(round, EVERY);
}

if (place) {
  setTimeout(round, EVERY);
}
