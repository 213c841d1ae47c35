/* Shows the questions that apply and hides the others. The server decides again on every save.
 *
 * A question that no longer applies but holds an answer stays, says so, and offers to clear it.
 * <div data-question="item" data-asked-if='[{"item": …, "comparison": …, "codes": …}]' data-not-elsewhere>
 */

const form = document.querySelector("form[data-entry]");

const COMPARISONS = {
  "==": (answer, code) => answer.includes(code),
  "!=": (answer, code) => !answer.includes(code),
  ">=": (answer, code) => answer[0] >= code,
  "<=": (answer, code) => answer[0] <= code,
  ">": (answer, code) => answer[0] > code,
  "<": (answer, code) => answer[0] < code,
  in: (answer, codes) => codes.some((code) => answer.includes(code)),
};

function typed(item) {
  return new FormData(form).getAll(item).filter((text) => text !== "");
}

function holds({ item, comparison, codes }) {
  const answer = typed(item).map((text) => parseFloat(text.normalize("NFKC"))); // "12 ng/L" is a number too
  return answer.length > 0 && answer.every((number) => !Number.isNaN(number)) && COMPARISONS[comparison](answer, codes);
}

function isFilled(question) {
  const item = question.dataset.question;
  return [item, `${item}_mr`, `${item}_oth`].some((name) => typed(name).length > 0);
}

function show(question) {
  const asked = !("notElsewhere" in question.dataset) && JSON.parse(question.dataset.askedIf).every(holds);
  const kept = !asked && isFilled(question);
  question.hidden = !asked && !kept;
  question.querySelector("[data-not-asked]").hidden = !kept;
}

function showOther(question) {
  const other = question.querySelector("[data-other]");
  if (other) {
    const chosen = typed(question.dataset.question).includes(other.dataset.other);
    other.hidden = !chosen && !other.querySelector("input").value;
  }
}

function count(section) {
  const questions = [...section.querySelectorAll("[data-question]")].filter((question) => !question.hidden);
  const text = section.querySelector("[data-count]");
  text.textContent = text.dataset.count.replace("%n", questions.filter(isFilled).length).replace("%m", questions.length);
}

function refresh() {
  form.querySelectorAll("[data-asked-if]").forEach(show);
  form.querySelectorAll("[data-question]").forEach(showOther);
  document.querySelectorAll("details.section").forEach(count);
}

if (form) {
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  refresh();
}
