/* Opens the history of a question beside it: by its link, or with Alt+H where the cursor is. Without this the link opens its page. */

async function toggle(link) {
  const field = link.closest(".field");
  const shown = field.querySelector("[data-item-history]");
  if (shown) {
    shown.remove();
    link.setAttribute("aria-expanded", "false");
    return;
  }
  const place = document.createElement("div");
  place.dataset.itemHistory = "";
  place.className = "field__past";
  place.setAttribute("role", "status");
  field.append(place);
  link.setAttribute("aria-expanded", "true");
  const answer = await fetch(`${link.href}&beside=1`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) {
    location.assign(link.href); // signed out meanwhile, or gone: the page says it
    return;
  }
  place.innerHTML = await answer.text();
}

for (const link of document.querySelectorAll("a[data-item-history-of]")) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-item-history-of]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
    event.preventDefault();
    toggle(link);
  }
});

document.addEventListener("keydown", (event) => {
  const isHere = event.altKey && !event.ctrlKey && event.code === "KeyH";
  const isPressed = event.key === " " && event.target.matches("a[data-item-history-of]");
  const link = (isHere || isPressed) && event.target.closest(".field")?.querySelector("a[data-item-history-of]");
  if (link) {
    event.preventDefault();
    toggle(link);
  }
});
