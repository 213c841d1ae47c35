/* Copy the text of a block of code; without scripts its button is not there. */

for (const button of document.querySelectorAll("[data-copy]")) {
  const block = button.closest(".code");
  const said = block.querySelector("[data-copied]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("code").textContent);
    said.textContent = said.dataset.copied;
    button.firstChild.textContent = said.dataset.copied;
  });
}
