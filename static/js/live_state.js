/* The dot with words: how fresh the numbers are. */

const place = document.querySelector("[data-live-state]");
const words = JSON.parse(document.getElementById("live-words")?.textContent ?? "{}");
const AHEAD = place?.dataset.now ? new Date(place.dataset.now) - Date.now() : 0; // of this machine's clock, which may be wrong
const SECONDS = { minutes: 60, hours: 3600, days: 86400 };

export function word(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name]);
}

function age(madeAt) {
  const seconds = Math.max(0, Math.round((Date.now() + AHEAD - madeAt) / 1000));
  if (seconds < 5) {
    return word("now");
  }
  if (seconds < SECONDS.minutes) {
    return word("seconds", { n: seconds });
  }
  const unit = seconds < SECONDS.hours ? "minutes" : seconds < SECONDS.days ? "hours" : "days";
  return word(unit, { n: Math.floor(seconds / SECONDS[unit]) });
}

function clock(moment) {
  const today = moment.toDateString() === new Date(Date.now() + AHEAD).toDateString();
  const time = moment.toLocaleTimeString("sv", { hour: "2-digit", minute: "2-digit" });
  return today ? time : `${moment.toLocaleDateString("sv")} ${time}`;
}

function say() {
  const { state, madeAt } = place.dataset;
  const moment = new Date(madeAt);
  const name = state === "live" && "isAsked" in place.dataset ? "live_asked" : state;
  const text = madeAt ? word(name, { age: age(moment), time: clock(moment) }) : word("never");
  const shown = place.querySelector("[data-live-words]");
  if (shown.textContent !== text) {
    shown.textContent = text;
  }
}

/* state: live, recomputing, stalled, offline or refused; madeAt: ISO 8601, or nothing to keep what is known. */
export function show(state, madeAt) {
  place.className = `live-state live-state--${state}`;
  place.dataset.state = state;
  if (madeAt !== undefined) {
    place.dataset.madeAt = madeAt ?? "";
  }
  say();
}

/* Whether the server tells what is new by itself; else the page asks now and then, and says so. */
export function hears(isStreaming) {
  if (isStreaming) {
    delete place.dataset.isAsked;
  } else {
    place.dataset.isAsked = "";
  }
  say();
}

if (place) {
  say();
  setInterval(say, 5000);
}
