/* Draws every figure of the registry. Nothing here, or in plotly.js as it is called here, sends a figure anywhere. */

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

/* Draws or redraws in place, and takes away what kept the place. */
export async function draw(frame, figure) {
  const place = frame.querySelector("[data-figure]");
  place.hidden = false;
  frame.querySelectorAll(".figure__place").forEach((one) => one.remove());
  await window.Plotly.react(place, figure.data, { ...figure.layout, width: frame.clientWidth }, CONFIG);
}

export function resize(frame) {
  const place = frame.querySelector("[data-figure]");
  if (place.layout && place.layout.width !== frame.clientWidth) {
    window.Plotly.relayout(place, { width: frame.clientWidth });
  }
}
