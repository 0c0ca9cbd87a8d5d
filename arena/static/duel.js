// A live match: shows the screen that belongs to its phase, and sends what the player does. The server says what is so:
// the page keeps nothing of a match but the pin, so that a reload or a second tab is at the same point.
//
// <body data-live> is "playing" or "watching" while there is one, data-phase its phase.

import {$, body, enter, fail, hint, kind, loading, say} from './page.js';
import {Bars} from './bars.js';
import {clashInWords, showClash, showNext} from './clash.js';
import {endInWords, showEnd, whyInWords} from './duelend.js';
import {showVerdict} from './blind.js';
import {forgetRunning, keepRunning} from './kept.js';
import {Live} from './live.js';
import {lobbyProblem, openLobby, readSeat, showLobby} from './lobby.js';
import {look, submitLabel} from './round.js';
import {joinGame, leaveSeat, sendGuess, sendReady} from './server.js';
import {onMap, ownSeat, seatName} from './sides.js';
import {page, parts} from './table.js';
import {stopWalk} from './walk.js';

const EARLY_S = 0.35; // the pin goes off this long before the deadline, to be there in time
const AGAIN_MS = 1200, TICK_MS = 500;
const LOST = 'The connection is lost. Trying again: nothing is lost, the match goes on where it stands.';

export class Match {
  /** Follow the match `game`, a state of the server's. */
  constructor(game) {
    page.match?.stop();
    Object.assign(this, {id: game.game_id, at: '', sent: 0, busy: false});
    page.match = this;
    this.bars = new Bars({onEnd: () => this.timeUp()});
    this.live = new Live(this.id, {
      onState: (state) => this.take(state),
      onContact: (there) => this.contact(there),
      onGone: (error) => { this.stop(); fail(error, false); },
    });
    parts.clock.stop();
    this.seen = game.live.phase === 'over' ? game.live.rounds.length : 0; // who comes after the end sees the end
    this.take(game);
    this.live.start();
  }

  stop() {
    this.live.stop();
    this.bars.stop();
    clearInterval(this.counting);
    if (page.match === this) page.match = null;
    delete body.dataset.live;
    delete body.dataset.phase;
    $('lost').hidden = true;
  }

  contact(there) {
    $('lost').textContent = LOST;
    $('lost').hidden = there;
    say(there ? 'Connected again.' : LOST);
  }

  /** The server's time. */
  get now() { return performance.now() / 1000 + this.ahead; }

  /** Seconds until the phase ends by itself, by the server's clock; null where nothing ends it. */
  get left() {
    const {until} = this.game.live;
    return until == null ? null : until - this.now;
  }

  take(game) {
    const {live} = game;
    this.game = page.game = game;
    this.ahead = live.now - performance.now() / 1000;
    body.dataset.live = ownSeat(game) ? 'playing' : 'watching';
    body.dataset.phase = live.phase;
    body.dataset.game = this.id;
    const phase = live.phase === 'countdown' ? 'lobby' : live.phase;
    const at = phase === 'looking' || phase === 'pause' ? `${phase}:${live.round}` : phase;
    if (at !== this.at) {
      const before = this.at;
      this.at = at;
      this.go(phase, before);
    }
    this.update();
  }

  go(phase, before) {
    const {live} = this.game;
    page.visit = {};
    parts.sharpener?.stop();
    stopWalk();
    clearInterval(this.counting);
    if (phase !== 'over') this.counting = setInterval(() => this.update(), TICK_MS);
    if (kind !== 'bot' && ownSeat(this.game)) phase === 'over' ? forgetRunning(this.id) : phase !== 'lobby' && keepRunning(this.id);
    if (phase === 'lobby') {
      openLobby(this.id);
      enter('lobby');
    } else if (phase === 'looking') this.look(live.round);
    else if (phase === 'pause') this.clash();
    else if (before && live.rounds.length > this.seen && live.why !== 'forfeit') this.clash(); // the last round comes before the end
    else this.end();
  }

  /** What can change while a screen stays. */
  update() {
    const {game} = this, state = body.dataset.state;
    if (this.at === 'lobby') return showLobby(game, this.left);
    const over = this.at === 'over', left = this.left;
    if (!over || state === 'pause') this.bars.show(game, over || left == null ? null : left - (game.live.phase === 'looking' ? EARLY_S : 0), this.now);
    if (state === 'looking') {
      this.lock();
      submitLabel();
    }
    if (state === 'pause') showNext(game, over, this.passed === game.live.round);
    if (state === 'over') this.fillEnd();
  }

  // ── a round ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async look(round) {
    const {at} = this;
    for (;;) {
      try {
        return await look(round);
      } catch (error) {
        if (this.at !== at || page.match !== this) return;
        if (body.dataset.live === 'watching' && error.passing === false) return loading(`Round ${round} is being played.`);
        if (error.passing === false && error.status !== 409) return fail(error, false);
        loading(`Round ${round}: ${error.message}`);
        await new Promise((done) => setTimeout(done, AGAIN_MS));
        if (this.at !== at || page.match !== this) return;
      }
    }
  }

  /** The picture of the round is on the screen. */
  looking() {
    this.update();
  }

  /** Why no guess can be sent now: the words of its button; '' while one can. */
  get waiting() {
    const {live} = this.game, own = ownSeat(this.game);
    if (!own) return 'You are watching';
    if (!own.guessed && this.sent !== live.round) return '';
    const others = live.seats.filter((one) => !one.guessed && !one.you && !one.forfeit);
    return others.length ? `Waiting for ${others.map(seatName).join(' and ')}…` : 'Waiting for the result…';
  }

  lock() {
    parts.guessMap.locked = Boolean(this.waiting);
  }

  async send({lat, lng}) {
    const {round} = this.game.live;
    if (this.waiting || this.busy) return;
    this.busy = true;
    try {
      await sendGuess(this.id, round, lat, lng);
      this.sent = round;
      say(`Your guess is sent. ${this.waiting}`);
    } catch (error) {
      hint(error.message); // refused, or lost on its way: the pin stays, and the button can be pressed again
    } finally {
      this.busy = false;
      this.update();
      this.live.ask();
    }
  }

  // The time is out: the pin counts as it stands.
  timeUp() {
    if (body.dataset.state === 'looking' && this.game.live.phase === 'looking' && parts.guessMap.pin) this.send(parts.guessMap.pin);
    setTimeout(() => this.live.ask(), 1000 * EARLY_S + 50);
  }

  // ── between rounds, and after them ────────────────────────────────────────────────────────────────────────────────

  clash() {
    const {game} = this, {rounds} = game.live, round = rounds[rounds.length - 1];
    if (!round) return;
    this.seen = rounds.length;
    body.dataset.round = page.round = round.round;
    showClash(game, round);
    enter('pause');
    this.update();
    say(`${$('clash-place').textContent}. ${clashInWords(game, round)}`);
    parts.resultMap.show([onMap(game, round)], $('clash'), $('versus'));
  }

  end() {
    const {game} = this;
    $('end-share').textContent = 'Copy link';
    $('end-problem').hidden = true;
    enter('over');
    this.fillEnd();
    say(`${endInWords(game)}. ${whyInWords(game)}`);
    parts.resultMap.show(game.live.rounds.map((round) => onMap(game, round, String(round.round))), $('end'));
  }

  fillEnd() {
    showEnd(this.game);
    showVerdict(this.game);
  }

  /** "Next" in a pause; after the last round, on to the end. */
  next() {
    if (this.at === 'over') return this.end();
    if (this.game.mode === 'blind') return undefined; // it goes on by itself
    this.passed = this.game.live.round;
    this.update();
    return this.ready(true, () => {}); // refused: the next round has begun already
  }

  /** Say that one may go on, or not after all; `trouble` hears why the server does not take it. */
  async ready(ready, trouble = lobbyProblem) {
    try {
      await sendReady(this.id, ready);
      if (trouble === lobbyProblem) lobbyProblem('');
    } catch (error) {
      trouble(error.message);
    }
    return this.live.ask();
  }

  /** Take a free seat in the lobby. */
  async sit() {
    try {
      await joinGame(this.id, {...readSeat(), kind});
      lobbyProblem('');
      this.live.reconnect(); // as whom we look on has changed
    } catch (error) {
      lobbyProblem(error.message);
    }
    return this.live.ask();
  }

  /** Give up one's seat for good, as far as there is one; what the server says to it changes nothing for us. */
  async giveUp() {
    if (ownSeat(this.game) && this.at !== 'over') await leaveSeat(this.id).catch(() => {});
    forgetRunning(this.id);
  }

  /** What leaving now would cost. */
  get warning() {
    const later = (this.game.live.series?.number ?? 1) > 1; // its seats are kept
    return this.at === 'lobby' && !later ? 'Your seat becomes free again.' : 'The match goes to the other side.';
  }

  /** Whether leaving now would cost something. */
  get middle() {
    return Boolean(ownSeat(this.game)) && this.game.live.phase !== 'over';
  }
}
