/* Drawing for paper: figures are drawn when the reader comes near them, and in the theme of the screen. Paper shows all of them, and is light.
 *
 * No browser waits for a fetch once it prints, so that all is drawn first, by a button of the page.
 */

const dark = window.matchMedia("(prefers-color-scheme: dark)");
let isForPaper = false;

/* The theme in which a figure is to be drawn now. */
export function themeNow() {
  return dark.matches && !isForPaper ? "dark" : "light";
}

/* Shows the button of the page. draw(figure): draws one of `all()`, however far away it is; redraw: draws those that are there anew. */
export function offerPrinting(all, draw, redraw) {
  const button = document.querySelector("[data-print-all]");
  if (!button) {
    return;
  }
  const words = button.querySelector("[data-print-words]");
  const usual = words.textContent;
  const screenAgain = () => {
    isForPaper = false;
    if (dark.matches) {
      redraw();
    }
  };
  button.hidden = false;
  button.addEventListener("click", async () => {
    isForPaper = true;
    button.disabled = true;
    const figures = all();
    for (const [place, figure] of figures.entries()) {
      words.textContent = `${button.dataset.printAll} ${place + 1} / ${figures.length}`;
      await draw(figure).catch(() => {}); // one that cannot be had says on paper that it is missing
    }
    words.textContent = usual;
    button.disabled = false;
    window.addEventListener("afterprint", screenAgain, { once: true }); // not every browser waits in print()
    window.print();
  });
}
