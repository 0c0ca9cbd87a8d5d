// What a reload or a second visit must not lose. Knows the browser's storage, and that it may be missing.

const read = (storage, name) => { try { return JSON.parse(window[storage].getItem(`homing:${name}`)); } catch { return null; } };
function write(storage, name, value) {
  try {
    if (value === null) window[storage].removeItem(`homing:${name}`);
    else window[storage].setItem(`homing:${name}`, JSON.stringify(value));
  } catch { /* no storage: nothing kept */ }
}

const EXPIRES_MS = 24 * 3600 * 1000; // as the server's

/** The pin, the view and the clock of a round: private to this tab. */
export const keptOfRound = (game, round) => read('sessionStorage', `${game}:${round}`) ?? {};
export const keepOfRound = (game, round, more) => write('sessionStorage', `${game}:${round}`, {...keptOfRound(game, round), ...more});

/** The token of one's seat in a game: that of this tab, else that of this browser; the latest of them are kept. */
const MOST_SEATS = 50, held = new Map(); // where there is no storage, this page remembers by itself
export const keptSeat = (game) => held.get(game) ?? read('sessionStorage', `seat:${game}`) ?? read('localStorage', 'seats')?.[game] ?? null;
export function keepSeat(game, token) {
  held.set(game, token);
  write('sessionStorage', `seat:${game}`, token);
  const {[game]: _, ...others} = read('localStorage', 'seats') ?? {};
  write('localStorage', 'seats', Object.fromEntries([...Object.entries(others), [game, token]].slice(-MOST_SEATS)));
}

/** Choices of the start form, for the next game. */
export const remembered = (name) => read('localStorage', `choice:${name}`);
export const remember = (name, value) => write('localStorage', `choice:${name}`, value);

/** The unfinished game of this tab, and of this browser. */
export const runningHere = () => read('sessionStorage', 'running');
export function runningGame() {
  const {id, at} = read('localStorage', 'running') ?? {};
  return id && Date.now() - at < EXPIRES_MS ? id : null;
}
export function keepRunning(id) {
  write('sessionStorage', 'running', id);
  write('localStorage', 'running', {id, at: Date.now()});
}
/** Leave the game of this tab; it can still be taken up. */
export const stepOut = () => write('sessionStorage', 'running', null);
/** The game is over, or is no more. */
export function forgetRunning(id) {
  if (runningHere() === id) stepOut();
  if (runningGame() === id) write('localStorage', 'running', null);
}
