/* When a live page asks how things stand: told by the server's event stream that something is newer, and now and then all the same.
 *
 * With the stream it asks every 60 s, without it every 15 s, and more often while results are being made. A hidden page asks nothing.
 */

import { hears, show } from "./live_state.js";

const STEADY = 60000;
const WITHOUT_STREAM = 15000;
const WHILE_RECOMPUTING = 2000;
const BURST = 150; // a revision's results arrive one after the other: one refresh for all

export class Clock {
  /* catchUp: shows what is newer and returns the state (of live_state.js), "refused" when the session has ended; throws when nobody answers.
   * told: milliseconds between two questions while results are being made and the stream would tell. */
  constructor(eventsUrl, catchUp, { told = WHILE_RECOMPUTING } = {}) {
    this.eventsUrl = eventsUrl;
    this.catchUp = catchUp;
    this.told = told;
    this.stream = null;
    this.isStreaming = false;
    this.isAsking = false;
    this.askAgain = false;
    this.isRefused = false;
    document.addEventListener("visibilitychange", () => (document.hidden ? this.stop() : this.refresh()));
    window.addEventListener("pagehide", () => this.stop());
  }

  /* Asks how things stand and shows what has changed. One at a time; a wish that comes meanwhile is kept. */
  async refresh() {
    if (document.hidden || this.isRefused) {
      return;
    }
    if (this.isAsking) {
      this.askAgain = true;
      return;
    }
    this.isAsking = true;
    this.askAgain = false;
    let state = "offline";
    try {
      state = await this.catchUp();
    } catch {
      show("offline");
    }
    this.isAsking = false;
    if (this.isRefused || state === "refused") {
      this.isRefused = true;
      show("refused");
      this.stop();
    } else {
      this.listen();
      this.pause(this.askAgain ? BURST : this.untilNext(state));
    }
  }

  /* Waits for the stream, and asks in a while if it says nothing. */
  begin() {
    this.listen();
    this.pause(STEADY);
  }

  untilNext(state) {
    if (state === "recomputing") {
      return this.isStreaming ? this.told : WHILE_RECOMPUTING;
    }
    return this.isStreaming && state === "live" ? STEADY : WITHOUT_STREAM;
  }

  pause(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), milliseconds);
  }

  listen() {
    if (this.stream && this.stream.readyState !== EventSource.CLOSED) {
      return;
    }
    this.stream = new EventSource(this.eventsUrl);
    this.stream.addEventListener("open", () => {
      this.isStreaming = true;
      hears(true);
    });
    this.stream.addEventListener("error", () => {
      /* Each vain attempt to reconnect comes here too: only the loss itself sets the clock, or it would never run down. */
      if (this.isStreaming && !this.isAsking) {
        this.pause(WITHOUT_STREAM);
      }
      this.isStreaming = false;
      hears(false);
    });
    this.stream.addEventListener("refresh", () => this.pause(BURST));
  }

  stop() {
    clearTimeout(this.timer);
    this.stream?.close();
    this.isStreaming = false;
  }
}
