// A match as it goes on: told by a WebSocket, and asked for once a second where there is none. Knows no page.

import {fetchGame, liveAddress} from './server.js';
import {keptSeat} from './kept.js';

const ASK_MS = 1000, SEEN_MS = 4000;
const SILENT_MS = 12_000; // the server speaks at least every five seconds: a line that is silent for so long is dead
const LOST_MS = 4000; // without a word for so long, the player is told
const OVERTAKEN_S = 5; // an answer may overtake another by that much; more is a clock that was set back
const RETRY_MS = 1000, LAST_RETRY_MS = 16_000;

export class Live {
  /** `onState(game)` hears each new state; `onContact(there)` hears when the server is lost and when it is back;
   *  `onGone(error)` hears that there is no such match for us any more. */
  constructor(id, {onState, onContact = () => {}, onGone = () => {}}) {
    Object.assign(this, {id, onState, onContact, onGone, socket: null, stopped: true, there: true, retryMs: RETRY_MS});
    this.heardAt = this.seenAt = 0;
    this.newest = -Infinity; // the server's time of the newest state
  }

  start() {
    this.stopped = false;
    this.heardAt = performance.now();
    this.connect();
    this.timer = setInterval(() => this.watch(), ASK_MS);
    this.wake = () => { if (!document.hidden) this.ask(); };
    document.addEventListener('visibilitychange', this.wake);
    addEventListener('online', this.wake);
  }

  stop() {
    this.stopped = true;
    clearInterval(this.timer);
    clearTimeout(this.retry);
    document.removeEventListener('visibilitychange', this.wake);
    removeEventListener('online', this.wake);
    this.socket?.close();
    this.socket = null;
  }

  /** Begin the line anew: who we are has changed. */
  reconnect() {
    clearTimeout(this.retry);
    const {socket} = this;
    this.socket = null;
    socket?.close();
    this.connect();
  }

  get open() { return this.socket?.readyState === 1; }

  connect() {
    if (this.stopped) return;
    let socket;
    try {
      socket = this.socket = new WebSocket(liveAddress(this.id));
    } catch {
      return; // no WebSocket here: asking goes on
    }
    socket.addEventListener('open', () => {
      const token = keptSeat(this.id);
      if (token) socket.send(JSON.stringify({seat_token: token}));
    });
    socket.addEventListener('message', ({data}) => {
      if (this.socket !== socket) return;
      let game = null;
      try { game = JSON.parse(data); } catch { return; }
      if (!game?.live) return; // {error}: asking tells the same, with its status
      this.retryMs = RETRY_MS;
      this.hear(game);
      this.saySeen();
    });
    socket.addEventListener('close', () => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.stopped) return;
      this.retry = setTimeout(() => this.connect(), this.retryMs);
      this.retryMs = Math.min(2 * this.retryMs, LAST_RETRY_MS);
    });
  }

  // Said in answer to the server: the timers of a tab in the background hardly run.
  saySeen() {
    const now = performance.now();
    if (!this.open || now - this.seenAt < SEEN_MS) return;
    this.seenAt = now;
    this.socket.send(JSON.stringify({seen: true}));
  }

  hear(game) {
    if (this.stopped) return;
    this.heardAt = performance.now();
    if (!this.there) this.onContact(this.there = true);
    const late = this.newest - game.live.now;
    if (late > 0 && late < OVERTAKEN_S) return;
    this.newest = game.live.now;
    this.onState(game);
  }

  watch() {
    const silent = performance.now() - this.heardAt;
    if (this.open && silent > SILENT_MS) this.socket.close();
    if (silent > LOST_MS && this.there && !this.open) this.onContact(this.there = false);
    if (!this.open || silent > SILENT_MS) this.ask();
  }

  /** Ask for the state now. */
  async ask() {
    if (this.asking || this.stopped) return;
    this.asking = true;
    try {
      this.hear(await fetchGame(this.id));
    } catch (error) {
      if (!this.stopped && error.passing === false) this.onGone(error);
    } finally {
      this.asking = false;
    }
  }
}
