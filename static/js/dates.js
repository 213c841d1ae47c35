/* Echoes how a typed date was understood ("14 Mar 2025 · day 28"). The server understands; this only asks it. */

const form = document.querySelector("form[data-entry]");

async function echo(input) {
  const place = document.getElementById(input.dataset.echo);
  const text = input.value.trim();
  if (!text) {
    place.textContent = "";
    return;
  }
  const question = new URLSearchParams({ text, partial: input.dataset.partial });
  try {
    const answer = await fetch(`${form.dataset.dates}?${question}`, { headers: { Accept: "application/json" } });
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
}
