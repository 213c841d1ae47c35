/* Draws the figures of the own hospital in the reader's theme and width. Nothing refreshes by itself: what is shown is released. */

import { canDraw, draw, resize, sizeFor } from "./figure.js";

const frames = [...document.querySelectorAll("[data-own-site] [data-figure-frame]")];
const dark = window.matchMedia("(prefers-color-scheme: dark)");

async function show(frame) {
  const size = sizeFor(frame);
  frame.dataset.size = size;
  const url = new URL(frame.dataset.url, window.location.href);
  url.searchParams.set("theme", dark.matches ? "dark" : "light");
  url.searchParams.set("size", size);
  const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (response.ok) {
    await draw(frame, (await response.json()).figure);
  }
}

if (canDraw()) {
  const widths = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.dataset.size !== sizeFor(target)) {
        show(target);
      } else {
        resize(target);
      }
    }
  });
  dark.addEventListener("change", () => frames.forEach(show));
  frames.forEach((frame) => widths.observe(frame));
}
