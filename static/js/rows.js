/* Rows of a list: step through them, open one, return to the list at the row after it. */

const KEPT = "list";

function rows() {
  return [...document.querySelectorAll("tbody tr a[data-row]")].filter((row) => row.checkVisibility());
}

export function step(by) {
  const all = rows();
  if (!all.length) {
    return;
  }
  const here = all.indexOf(document.activeElement);
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(here + by, 0), all.length - 1);
  all[next].focus();
}

export function open() {
  if (document.activeElement.matches("a[data-row]")) {
    document.activeElement.click();
  }
}

export function back() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (kept && kept.page !== here()) {
    sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, returning: true }));
    location.assign(kept.page);
  }
}

function here() {
  return location.pathname + location.search;
}

/* The row that was opened may have gone, for it is done: then the one that took its place is next. */
function takeUp() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (!kept?.returning || kept.page !== here()) {
    return;
  }
  sessionStorage.setItem(KEPT, JSON.stringify({ ...kept, returning: false }));
  const all = rows();
  const same = all.findIndex((row) => row.getAttribute("href") === kept.row);
  const next = same < 0 ? kept.place : same + 1;
  all[Math.min(next, all.length - 1)]?.focus();
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("a[data-row]");
  if (row) {
    const kept = { page: here(), row: row.getAttribute("href"), place: rows().indexOf(row) };
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  }
});

takeUp();
