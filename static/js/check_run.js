/* Keeps the bars of runs that are at work current; shows the page anew once all have ended. Without it there is a link. */

const runs = [...document.querySelectorAll("[data-run]")];
const EVERY = 1500;

async function look(run) {
  const response = await fetch(run.dataset.run, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (!response.ok) {
    throw new Error(`${response.status}`);
  }
  const { is_open: isOpen, done, all, words } = await response.json();
  const bar = run.querySelector("progress");
  bar.max = all || 1;
  bar.value = done;
  const place = run.querySelector("[data-words]");
  if (place.textContent !== words) {
    place.textContent = words;
  }
  return isOpen;
}

async function round() {
  try {
    const open = document.hidden ? [true] : await Promise.all(runs.map(look));
    if (!open.includes(true)) {
      window.location.reload();
      return;
    }
  } catch {
    return; // signed out, or nobody answers: the link is there
  }
  setTimeout(round, EVERY);
}

setTimeout(round, EVERY);
