/* Draws the funnels of the scorecards. Their numbers stand in tables, with and without this. */

import { canDraw, draw, resize, sizeFor } from "./figure.js";

const frame = document.querySelector("[data-funnels]");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
let drawn = "";

async function show() {
  const theme = dark.matches ? "dark" : "light";
  const size = sizeFor(frame);
  if (!canDraw() || drawn === `${theme} ${size}`) {
    resize(frame);
    return;
  }
  drawn = `${theme} ${size}`;
  const url = new URL(frame.dataset.funnels, window.location.href);
  url.searchParams.set("theme", theme);
  url.searchParams.set("size", size);
  const answer = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual" });
  const body = answer.ok ? await answer.json() : { figure: null };
  if (body.figure) {
    await draw(frame, body.figure);
  }
}

dark.addEventListener("change", show);
window.addEventListener("load", () => new ResizeObserver(show).observe(frame));
