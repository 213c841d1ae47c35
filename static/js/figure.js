/* Draws every figure of the registry. Nothing here, or in plotly.js as it is called here, sends a figure anywhere. */

import { themeNow } from "./for_paper.js";

const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  doubleClick: false,
  modeBarButtonsToRemove: ["toImage"],
  plotlyServerURL: "",
  responsive: false, // widths come from resize(), heights from the figure
  scrollZoom: false,
  showSendToCloud: false,
  showTips: false,
};
const NARROWEST_WIDE = 480;

/* The size of the figure that fits the frame: a name of analytics/figures/sizes.py. */
export function sizeFor(frame) {
  return frame.clientWidth >= NARROWEST_WIDE ? "wide" : "compact";
}

export function canDraw() {
  return Boolean(window.Plotly);
}

/* Draws or redraws in place, and takes away what kept the place.
 * cases: { url, keys } where the reader may see the cases behind a step: keys are words of the address by the legendgroup of a trace. */
export async function draw(frame, figure, cases = null) {
  const place = frame.querySelector("[data-figure]");
  place.hidden = false;
  frame.querySelectorAll(".figure__place").forEach((one) => one.remove());
  await window.Plotly.react(place, figure.data, { ...figure.layout, width: frame.clientWidth }, CONFIG);
  letScale(place);
  frame.classList.add("figure--drawn");
  frame.classList.toggle("figure--dark", themeNow() === "dark");
  frame.classList.toggle("figure--linked", Boolean(cases));
  place.removeAllListeners?.("plotly_click");
  if (cases) {
    place.on("plotly_click", (clicked) => openCases(cases, clicked.points));
  }
}

/* A step leads to its cases; the risk table below the figure has the same links for the keyboard. */
function openCases(cases, points) {
  const step = points.find((one) => one.customdata !== undefined && one.data.legendgroup in cases.keys);
  if (step) {
    const url = new URL(cases.url, window.location.href);
    if (typeof step.customdata === "string") {
      url.search = step.customdata; // a point of a proportion: the words of its cell
    } else {
      url.search = cases.keys[step.data.legendgroup];
      url.searchParams.set("from", step.customdata);
      url.searchParams.set("to", step.customdata);
    }
    window.location.assign(url);
  }
}

export function resize(frame) {
  const place = frame.querySelector("[data-figure]");
  if (place.layout && place.layout.width !== frame.clientWidth) {
    window.Plotly.relayout(place, { width: frame.clientWidth }).then(() => letScale(place));
  }
}

/* On paper a drawing is as wide as the sheet, whatever the screen's width was: no figure can be drawn anew while a browser prints. */
function letScale(place) {
  const { width, height } = place._fullLayout;
  place.style.setProperty("--drawn-width", `${width}px`);
  place.style.setProperty("--drawn-ratio", `${width} / ${height}`);
  place.querySelectorAll(".main-svg").forEach((one) => one.setAttribute("viewBox", `0 0 ${width} ${height}`));
}
