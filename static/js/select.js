/* Selects many rows of a list: all of the page, or a range with Shift; says how many are selected. */

const form = document.querySelector("form[data-bulk]");

function start() {
  const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
  const all = form.querySelector("[data-all]");
  const place = form.querySelector("[data-selected]");
  let last = null; // the box that was changed before
  let isRange = false; // whether Shift is held

  const count = () => {
    const selected = boxes.filter((one) => one.checked).length;
    all.checked = selected === boxes.length;
    all.indeterminate = selected > 0 && selected < boxes.length;
    place.textContent = selected ? place.dataset.one.replace("%n", selected) : "";
  };

  const change = (box) => {
    if (isRange && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
      boxes.slice(from, to + 1).forEach((one) => {
        one.checked = box.checked;
      });
    }
    last = box;
    count();
  };

  all.hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((one) => {
      one.checked = all.checked;
    });
    count();
  });
  form.addEventListener("keydown", (event) => {
    isRange = event.shiftKey;
  });
  form.addEventListener("click", (event) => {
    isRange = isRange || event.shiftKey;
    if (boxes.includes(event.target)) {
      change(event.target);
    }
    isRange = false;
  });
  count();
}

if (form && form.querySelector("[data-all]")) {
  start();
}
