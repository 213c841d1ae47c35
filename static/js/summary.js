/* Sets the summary in smaller type until it fits one sheet of A4. Measured where the screen is as wide as the sheet. */

const sheet = document.querySelector("[data-sheet]");
const MILLIMETRES = 290; // a sheet with its margins, less the page number
const SMALLEST = 4;

function height() {
  return (sheet.scrollHeight / 96) * 25.4;
}

if (window.matchMedia("(min-width: 800px)").matches) {
  for (let step = 1; step <= SMALLEST && height() > MILLIMETRES; step += 1) {
    sheet.dataset.fit = step;
  }
}
