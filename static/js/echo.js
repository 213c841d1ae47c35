/* Says beside a control how the typed answer was understood: "14 Mar 2025 · day 28", "12 mg/L = 1.2 mg/dL".
 *
 * The server understands and works out; this only asks and shows. What it cannot understand is said by the checks.
 */

const form = document.querySelector("form[data-entry]");
const NOTHING_TO_SAY = /^[+-]?\d*\.?\d*$/; // a mere number stands for itself

async function echo(input) {
  const place = document.getElementById(`${input.name}-echo`);
  const text = input.value.trim();
  if (!text || (input.dataset.echo === "number" && NOTHING_TO_SAY.test(text))) {
    place.textContent = "";
    return;
  }
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("item", input.name);
  body.append("text", text);
  try {
    const answer = await fetch(form.dataset.echo, { method: "POST", body, redirect: "error" });
    if (answer.ok && input.value.trim() === text) {
      place.textContent = (await answer.json()).understood;
    }
  } catch {
    place.textContent = ""; // no connection: the server says it when the form is saved
  }
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.dataset.echo) {
      echo(event.target);
    }
  });
  form.addEventListener("input", (event) => {
    if (event.target.dataset.echo && !event.target.value.trim()) {
      document.getElementById(`${event.target.name}-echo`).textContent = "";
    }
  });
}
