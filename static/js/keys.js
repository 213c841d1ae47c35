/* Keys of every page: find, go to, rows of a list, next form, the list of keys. Never while somebody types. */

import { back, open, step } from "./rows.js";

const dialog = document.getElementById("keys");
const WAIT = 1500; // milliseconds between g and the place

let going = 0;

function isTyping(target) {
  return target.closest("input:not([type=radio]):not([type=checkbox]), select, textarea, [contenteditable], dialog[open]");
}

function show(dialog) {
  if (dialog && !dialog.open) {
    dialog.showModal();
  }
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (link) {
    link.click();
  }
}

const ACTIONS = {
  "/": () => document.querySelector("[data-key='/']")?.select(),
  "?": () => show(dialog),
  j: () => step(1),
  k: () => step(-1),
  o: open,
  u: back,
  "]": () => follow("a[rel=next]"),
  "[": () => follow("a[rel=prev]"),
};

document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && event.code === "Slash") {
    event.preventDefault();
    show(dialog); // "?" is a letter while somebody types
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) {
    return;
  }
  if (going && Date.now() - going < WAIT && /^[a-z]$/.test(event.key)) {
    going = 0;
    event.preventDefault();
    follow(`a[data-go="${event.key}"]`);
    return;
  }
  going = event.key === "g" ? Date.now() : 0;
  if (ACTIONS[event.key]) {
    event.preventDefault();
    ACTIONS[event.key]();
  }
});

document.addEventListener("click", (event) => {
  const help = event.target.closest("[data-help]");
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (help && menu.contains(help)) {
      menu.querySelector("summary").focus(); // where the focus comes back to from the list of keys
    }
    if (help || !menu.contains(event.target)) {
      menu.open = false;
    }
  }
  if (help) {
    show(dialog);
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.querySelector("[data-focus]")?.focus();

/* Whoever signs out leaves nothing typed behind in this tab. */
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) {
    sessionStorage.clear();
  }
});
