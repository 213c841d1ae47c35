/* Draws figures that nothing refreshes: of two datasets side by side, of what was released. Each has the address of its JSON. */

import { canDraw, draw, resize, sizeFor } from "./figure.js";
import { offerPrinting, themeNow } from "./for_paper.js";

const frames = [...document.querySelectorAll("[data-figure-frame][data-url]")];
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const NEAR = "400px";

/* Draws the figure of this frame as it is now; its steps lead to cases where the server says so. */
export async function show(frame) {
  const size = sizeFor(frame);
  frame.dataset.size = size;
  const url = new URL(frame.dataset.url, window.location.href);
  url.searchParams.set("theme", themeNow());
  url.searchParams.set("size", size);
  frame.dataset.asked = url.search;
  const response = await fetch(url, { headers: { Accept: "application/json" }, redirect: "manual" });
  if (response.ok) {
    const { figure, cases } = await response.json();
    if (frame.dataset.asked === url.search) {
      await draw(frame, figure, cases); // an answer that comes after that to a later question is not drawn over it
    }
  }
}

/* Every figure, those that are folded away too: what is folded has no width. */
function opened() {
  frames.forEach((frame) => frame.closest("details")?.setAttribute("open", ""));
  return frames;
}

if (canDraw()) {
  const widths = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.dataset.size && target.dataset.size !== sizeFor(target)) {
        show(target);
      } else if (target.dataset.size) {
        resize(target);
      }
    }
  });
  const near = new IntersectionObserver(
    (entries) => {
      for (const { target } of entries.filter((one) => one.isIntersecting)) {
        near.unobserve(target);
        show(target);
      }
    },
    { rootMargin: NEAR },
  );
  const redraw = () => Promise.allSettled(frames.filter((one) => one.dataset.size).map(show));
  dark.addEventListener("change", redraw);
  if (frames.length) {
    offerPrinting(opened, show, redraw);
  }
  frames.forEach((frame) => {
    near.observe(frame);
    widths.observe(frame);
  });
}
