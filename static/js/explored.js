/* One explored view: draws its figure, asks for its run, says how far it is, and shows the result when it comes.
 *
 * Every word is the server's; what is stored is shown at once, the rest is asked for by POST and followed every second.
 */

import { canDraw, draw, resize, sizeFor } from "./figure.js";
import { themeNow } from "./for_paper.js";
import { show as showLive } from "./live_state.js";

const hasLiveState = Boolean(document.querySelector("[data-live-state]"));
const words = JSON.parse(document.getElementById("explore-words")?.textContent ?? "{}");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const EACH_SECOND = 1000;
const AGAIN = 5000;
const WAITS = ["queued", "running"];

export function word(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name] ?? "");
}

function show(element, isShown) {
  if (element) {
    element.hidden = !isShown;
  }
}

function csrf(element) {
  return element.querySelector("[name=csrfmiddlewaretoken]").value;
}

export class View {
  constructor(element, announce) {
    this.element = element;
    this.announce = announce;
    this.panel = element.querySelector("[data-panel]");
    this.frame = element.querySelector("[data-figure-frame]");
    this.state = element.dataset.state;
    this.began = performance.now();
    this.isGone = false;
    element.addEventListener("submit", (event) => this.pressed(event));
  }

  /* Shows what there is, and asks for what there is not. */
  async begin() {
    if (this.element.dataset.stored) {
      await this.drawn();
    }
    if (this.state === "none") {
      await this.ask();
    } else if (WAITS.includes(this.state)) {
      this.follow();
    }
  }

  end() {
    this.isGone = true;
    clearTimeout(this.timer);
  }

  /* Looks again: something is newer. */
  async look() {
    if (!this.isGone && !WAITS.includes(this.state)) {
      await this.heard(await this.fetched(this.element.dataset.stateUrl));
      if (this.state === "none") {
        await this.ask();
      }
    }
  }

  async pressed(event) {
    event.preventDefault();
    await (event.target.matches("[data-explored-cancel]") ? this.post(event.target.action) : this.ask());
  }

  async ask() {
    this.began = performance.now();
    this.say(word("asking"));
    await this.post(this.element.dataset.runUrl);
  }

  async post(url) {
    const body = new URLSearchParams({ query: this.element.dataset.query });
    const headers = { Accept: "application/json", "X-CSRFToken": csrf(this.element) };
    try {
      await this.heard(await this.answered(await fetch(url, { method: "POST", headers, body, redirect: "manual" })));
    } catch {
      this.say(word("offline"));
      this.later(() => this.look(), AGAIN);
    }
  }

  async fetched(url) {
    try {
      const headers = { Accept: "application/json" };
      return await this.answered(await fetch(url, { headers, cache: "no-cache", redirect: "manual" }));
    } catch {
      return { words: word("offline"), isLost: true };
    }
  }

  /* What the server said; a session that has ended is told, too many runs are asked for again later. */
  async answered(response) {
    if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) {
      return { state: "refused", words: word("refused") };
    }
    if (!response.ok && ![422, 429].includes(response.status)) {
      throw new Error(`${response.status}`);
    }
    return { ...(await response.json()), isFull: response.status === 429 };
  }

  async heard(body) {
    if (this.isGone) {
      return;
    }
    if (body.isLost) {
      this.say(body.words);
      this.later(() => this.follow(), AGAIN);
      return;
    }
    this.state = body.state;
    this.element.dataset.state = body.state;
    this.said = body.words;
    this.say(body.words);
    if (body.live && hasLiveState) {
      showLive(body.live.state, body.live.made_at);
    }
    this.buttons(body);
    if (body.isFull) {
      this.later(() => this.ask(), AGAIN);
    } else if (WAITS.includes(body.state)) {
      this.follow();
    } else if (body.state === "done" && body.digest !== this.panel.dataset.digest) {
      await this.drawn();
    }
  }

  buttons(body) {
    const isOpen = WAITS.includes(body.state);
    const progress = this.element.querySelector("[data-explored-progress]");
    progress.max = body.steps || 1;
    progress.value = body.steps_done || 0;
    show(progress, isOpen);
    const run = this.element.querySelector("[data-explored-run]");
    run.querySelector("button").textContent = body.deed ?? run.querySelector("button").textContent;
    show(run, ["failed", "cancelled", "none"].includes(body.state));
    const cancel = this.element.querySelector("[data-explored-cancel]");
    show(cancel, isOpen && body.may_cancel);
    if (body.run) {
      cancel.action = cancel.dataset.cancelUrl.replace("/0/", `/${body.run}/`);
    }
  }

  say(text) {
    const isOpen = WAITS.includes(this.state);
    const seconds = Math.floor((performance.now() - this.began) / 1000);
    const shown = isOpen && seconds > 0 ? word("seconds", { words: text, n: seconds }) : text;
    show(this.element.querySelector("[data-explored-state]"), Boolean(text));
    const place = this.element.querySelector("[data-explored-words]");
    if (place.textContent !== shown) {
      place.textContent = shown;
    }
  }

  follow() {
    this.later(async () => this.heard(await this.fetched(this.element.dataset.stateUrl)), EACH_SECOND);
  }

  later(call, milliseconds) {
    clearTimeout(this.timer);
    if (!this.isGone) {
      this.timer = setTimeout(call, milliseconds);
    }
  }

  /* Fetches the figure and the texts, and puts them into their place. */
  async drawn() {
    const url = new URL(this.panel.dataset.url, window.location.href);
    url.searchParams.set("theme", themeNow());
    this.size = this.frame ? sizeFor(this.frame) : "wide";
    url.searchParams.set("size", this.size);
    const body = await this.fetched(url);
    if (this.isGone || body.isLost || !body.result) {
      return;
    }
    const isNew = this.panel.dataset.digest !== body.digest;
    this.texts(body);
    if (body.figure && this.frame && canDraw()) {
      this.frame.querySelector("[data-figure]").setAttribute("aria-label", `${body.question} ${body.alt || body.answer}`);
      await draw(this.frame, body.figure, body.cases);
    }
    if (isNew) {
      this.announce(word("done", { question: body.question, answer: body.answer }));
    }
  }

  texts(body) {
    if (this.panel.dataset.digest === body.digest && this.panel.querySelector("[data-texts] .panel__downloads")) {
      return;
    }
    const place = this.panel.querySelector("[data-texts]");
    const open = [...place.querySelectorAll("details[open]")].map((one) => one.id);
    place.innerHTML = body.html;
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    this.panel.dataset.digest = body.digest;
  }

  fit() {
    if (!this.frame) {
      return;
    }
    if (this.size && this.size !== sizeFor(this.frame)) {
      this.drawn();
    } else {
      resize(this.frame);
    }
  }
}

export function onTheme(call) {
  dark.addEventListener("change", call);
}
