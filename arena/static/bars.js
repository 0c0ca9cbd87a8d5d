// What stands above the picture of a live match: both sides, the round, the clock, and what has to be known now.

import {$, body, say} from './page.js';
import {Clock} from './clock.js';
import {formatScore} from './results.js';
import {hasHealth, ownSeat, seatName, sidesOf} from './sides.js';

const FLY_MS = 1400, STILL_MS = 4000;
const times = (factor) => `×${Number(factor).toLocaleString('en-US', {maximumFractionDigits: 2})}`;

/** `onEnd()` is called when the clock of the phase is out. */
export class Bars {
  constructor({onEnd}) {
    this.clock = new Clock($('versus-time'), {
      onHurry: (seconds) => body.dataset.phase === 'looking' && say(`${seconds} seconds left.`),
      onEnd,
    });
    this.before = null; // the bars as they were last seen, {team: health}
    this.alarmed = 0; // the round in which the alarm was given
  }

  /** Show the state `game` at the server's time `now`; `left` are the seconds until the phase ends, null where nothing ends
   *  it. */
  show(game, left, now) {
    const {live} = game, fought = hasHealth(game), closed = live.rounds.length;
    const most = fought ? live.rules.health : game.max_total;
    sidesOf(game).forEach((side, i) => {
      const part = $(i ? 'side-other' : 'side-own'), value = fought ? side.health : side.total;
      part.classList.toggle('away', side.people.length > 0 && side.people.every((one) => one.forfeit || one.present === false));
      part.querySelector('.who').textContent = side.own && side.people.length === 1 ? `${side.name} (you)` : side.name;
      part.querySelector('.points').textContent = formatScore(value);
      const meter = part.querySelector('.health');
      meter.setAttribute('aria-label', `${fought ? 'Health' : 'Points'} of ${side.name}`);
      meter.setAttribute('aria-valuemax', most);
      meter.setAttribute('aria-valuenow', Math.round(value));
      const share = `${Math.min(100, 100 * value / most)}%`, rest = part.querySelector('.left');
      if (fought && this.before && value < this.before[side.team]) this.hit(part, this.before[side.team], value, most);
      rest.style.width = share;
      part.classList.toggle('low', fought && value < most / 4);
    });
    if (fought) this.before = Object.fromEntries(sidesOf(game).map((side) => [side.team, side.health]));
    $('versus').classList.toggle('counted', !fought);
    $('versus-round').textContent = live.phase === 'pause' ? (closed < game.rounds_total ? 'Next round in' : 'The end in') : `Round ${live.round}`;
    const factor = live.rules?.multipliers?.[Math.min(live.round, live.rules.multipliers.length) - 1] ?? 1;
    $('versus-more').textContent = live.phase === 'pause' ? '' : !fought ? `of ${game.rounds_total}` : `damage ${times(factor)}`;
    $('versus-more').classList.toggle('more', live.phase !== 'pause' && fought && factor > 1);
    if (left == null) {
      this.clock.stop();
      $('versus-time').textContent = '–';
    } else this.clock.countDown(Math.max(0, left), {again: true});
    this.note(game, left, now);
  }

  // What was lost stays red for a moment, and its number falls off the bar.
  hit(part, from, to, most) {
    const lost = part.querySelector('.lost'), number = part.querySelector('.hit');
    lost.style.width = `${100 * from / most}%`;
    number.textContent = `−${formatScore(from - to)}`;
    part.classList.remove('struck');
    part.getBoundingClientRect();
    part.classList.add('struck');
    clearTimeout(part.healing);
    part.healing = setTimeout(() => { part.classList.remove('struck'); lost.style.width = '0'; }, body.classList.contains('still') ? STILL_MS : FLY_MS);
  }

  /** One sentence below the bars, the most urgent one. */
  note(game, left, now) {
    const {live} = game, own = ownSeat(game), note = $('versus-note');
    const others = live.seats.filter((one) => !one.you), rivals = others.filter((one) => one.team !== own?.team);
    const gone = rivals.filter((one) => one.present === false && !one.forfeit && !one.guessed);
    const quick = rivals.filter((one) => one.guessed);
    let text = own ? '' : 'You are watching.', urgent = false;
    if (own?.forfeit) text = 'You were away for too long: this match counts as given up.';
    else if (own && live.phase !== 'over' && gone.length) {
      const rest = gone[0].forfeits_at == null ? null : Math.max(0, Math.round(gone[0].forfeits_at - now));
      text = `${seatName(gone[0])} is away${rest == null ? ': without a sign of life, the match is yours.' : `. Back within ${rest} s, or the match is yours.`}`;
    } else if (own && live.phase === 'looking' && !own.guessed && quick.length) {
      urgent = true;
      text = `${quick.map(seatName).join(' and ')} ${quick.length > 1 ? 'have' : 'has'} guessed.${left == null || left > (live.rules?.after_guess_s ?? 0) + 1 ? '' : ' Hurry!'}`;
    }
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle('urgent', urgent);
    if (!urgent || this.alarmed === live.round) return;
    this.alarmed = live.round;
    say(`${text}${left == null ? '' : ` ${Math.ceil(left)} seconds left.`}`);
  }

  stop() {
    this.clock.stop();
  }
}
