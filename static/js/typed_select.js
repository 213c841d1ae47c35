/* A list of more than five answers is found by typing, in English, in Japanese or by code.
 *
 * The page's <select data-typed> keeps the answer; beside it stands a box with the list of those that fit (ARIA combobox). Without
 * this module, and under a finger, the browser's own list is used.
 */

import { form, questionOf, say } from "./questions.js";

const boxes = new Map(); // select → its box

/* Letters as they are compared: width, capitals and the two kana alike. */
function plainly(text) {
  const kana = (sign) => String.fromCharCode(sign.charCodeAt(0) + 0x60);
  return text.normalize("NFKC").toLowerCase().replace(/[ぁ-ゖ]/g, kana).trim();
}

/* How well an option fits what is typed: 0 best, nothing if not at all. */
function rank(option, typed) {
  const labels = option.dataset.find.split("|").map(plainly);
  if (option.value === typed) {
    return 0;
  }
  if (labels.some((label) => label.startsWith(typed))) {
    return 1;
  }
  const words = typed.split(/\s+/);
  return words.every((word) => labels.some((label) => label.includes(word))) ? 2 : null;
}

class TypedSelect {
  constructor(select) {
    this.select = select;
    this.options = [...select.options].filter((one) => one.value !== "");
    this.fits = [];
    this.active = null;
    this.input = this.#makeInput();
    this.list = this.#makeList();
    this.fault = document.createElement("span");
    this.fault.className = "typed-select__fault";
    const box = document.createElement("span");
    box.className = "typed-select";
    select.before(box);
    box.append(this.input, this.list, this.fault, select);
    select.tabIndex = -1;
    select.classList.add("unseen");
    select.setAttribute("aria-hidden", "true");
    this.#listen();
    this.showChosen();
  }

  get isClosed() {
    return this.list.hidden;
  }

  get chosen() {
    return this.options.find((one) => one.value === this.select.value);
  }

  /** Whether something is typed that is no answer yet. */
  get isLeft() {
    return this.input.value.trim() !== "" && this.input.value !== this.chosen?.text;
  }

  #makeInput() {
    const input = document.createElement("input");
    input.type = "text";
    input.id = this.select.id;
    this.select.id = `${input.id}-answer`;
    input.autocomplete = "off";
    input.spellcheck = false;
    const about = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${input.id}-list` };
    for (const name of ["aria-describedby", "aria-invalid"]) {
      about[name] = this.select.getAttribute(name);
    }
    for (const [name, value] of Object.entries(about)) {
      if (value) {
        input.setAttribute(name, value);
      }
    }
    return input;
  }

  #makeList() {
    const list = document.createElement("ul");
    list.id = `${this.input.id}-list`;
    list.className = "typed-select__list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.querySelector(`label[for="${this.input.id}"]`)?.textContent.trim() ?? "");
    list.hidden = true;
    return list;
  }

  #listen() {
    this.input.addEventListener("input", () => this.#find());
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.isClosed && this.open(this.options));
    this.input.addEventListener("blur", () => this.leave());
    this.select.addEventListener("focus", () => this.input.focus());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault(); // the box keeps the focus
      const line = event.target.closest("[role=option]");
      if (line) {
        this.choose(this.options.find((one) => one.value === line.dataset.value));
      }
    });
    new MutationObserver(() => this.#copyFault()).observe(this.select, { attributeFilter: ["aria-invalid"] });
  }

  #copyFault() {
    const isRefused = this.select.hasAttribute("aria-invalid");
    isRefused ? this.input.setAttribute("aria-invalid", "true") : this.input.removeAttribute("aria-invalid");
  }

  #find() {
    const typed = plainly(this.input.value);
    this.#complain("");
    if (!typed) {
      this.open(this.options);
      return;
    }
    const ranked = this.options.map((one) => [rank(one, typed), one]).filter(([place]) => place !== null);
    ranked.sort(([one], [other]) => one - other);
    this.open(ranked.map(([, one]) => one));
    this.#activate(this.fits[0] ?? null);
  }

  #onKey(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) {
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      this.#step(by);
    } else if (event.key === "Escape" && !this.isClosed) {
      event.stopPropagation();
      this.showChosen();
    } else if (event.altKey && /^(Key|Digit)/.test(event.code)) {
      this.leave({ byKey: true }); // a key of the form, which may lead away from here
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.leave({ byKey: true });
      if (this.isLeft && event.key === "Enter") {
        event.preventDefault();
        event.stopPropagation();
      }
    }
  }

  #step(by) {
    if (this.isClosed) {
      this.open(this.options);
      this.#activate(this.chosen ?? this.fits[by > 0 ? 0 : this.fits.length - 1]);
      return;
    }
    const here = this.fits.indexOf(this.active);
    this.#activate(this.fits[(here + by + this.fits.length) % this.fits.length] ?? null);
  }

  /** Show these options below the box. */
  open(options) {
    this.fits = options;
    this.active = null;
    this.list.replaceChildren(
      ...options.map((one) => {
        const line = document.createElement("li");
        line.id = `${this.list.id}-${one.value}`;
        line.dataset.value = one.value;
        line.textContent = one.text;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", String(one === this.chosen));
        return line;
      }),
    );
    this.list.hidden = options.length === 0;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.list.hidden = true;
    this.active = null;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #activate(option) {
    this.active = option;
    for (const line of this.list.children) {
      line.classList.toggle("typed-select__active", line.dataset.value === option?.value);
    }
    const line = option && document.getElementById(`${this.list.id}-${option.value}`);
    if (line) {
      this.input.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    }
  }

  choose(option) {
    const isNew = this.select.value !== (option?.value ?? "");
    this.select.value = option?.value ?? "";
    this.showChosen();
    if (isNew) {
      for (const name of ["input", "change"]) {
        this.select.dispatchEvent(new Event(name, { bubbles: true }));
      }
    }
  }

  /** The box is left: by key with the option that is marked, else with the only one that fits; what is no answer is complained of. */
  leave({ byKey = false } = {}) {
    const meant = byKey || this.fits.length === 1 ? this.active : null;
    if (!this.isClosed && meant) {
      this.choose(meant);
    } else if (!this.input.value.trim()) {
      this.choose(null);
    } else if (this.isLeft) {
      this.#complain(this.select.dataset.typed);
    }
    this.close();
  }

  #complain(words) {
    this.fault.textContent = words;
    if (words) {
      say(words);
    }
  }

  showChosen() {
    this.input.value = this.chosen?.text ?? "";
    this.#complain("");
    this.close();
  }
}

function onSubmit(event) {
  boxes.forEach((box) => box.input === document.activeElement && box.leave({ byKey: true }));
  const left = [...boxes.values()].find((box) => box.isLeft && !questionOf(box.input).hidden);
  if (left) {
    event.preventDefault();
    event.stopImmediatePropagation();
    left.input.focus();
    left.leave();
  }
}

if (form && matchMedia("(pointer: fine)").matches) {
  form.querySelectorAll("select[data-typed]").forEach((select) => boxes.set(select, new TypedSelect(select)));
  form.addEventListener("change", (event) => {
    const ofQuestion = event.target.matches("[data-question]") && event.target.querySelector("select[data-typed]");
    (boxes.get(event.target) ?? boxes.get(ofQuestion))?.showChosen(); // chosen here, or filled by another module
  });
  form.addEventListener("submit", onSubmit, { capture: true });
}
