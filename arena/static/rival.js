// The model's turn, on the rounds of a finished game or on each after it was guessed: asks each second how far it is.
// Knows the summary's button.

import {$, say} from './page.js';
import {askOpponent} from './server.js';

const ASK_MS = 1000, PATIENT_TRIES = 5;
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

/** Let the model play `game`; gives its state, or null when `wanted()` says that nobody looks any more. */
export async function playRival(game, wanted) {
  const button = $('opponent-button'), name = game.model_name ?? 'Homing';
  button.disabled = true;
  button.classList.add('busy');
  $('opponent-problem').hidden = true;
  const tell = (text) => { if (button.textContent !== text) button.textContent = text; };
  tell(`${name} is on its way…`);
  say(`${name} plays these rounds now.`);
  try {
    for (let missed = 0; wanted();) {
      try {
        const {done, playing} = await askOpponent(game.game_id);
        missed = 0;
        if (done) return wanted() ? done : null;
        if (wanted()) tell(playing.status === 'waiting' ? `${name} is at another table and comes next…` : `${name} looks at round ${Math.min(playing.of, playing.played + 1)} of ${playing.of}…`);
      } catch (error) {
        // Its turn goes on without us: one lost answer is no failure.
        if (error.status !== 0 || (missed += 1) > PATIENT_TRIES) throw error;
      }
      await rest(ASK_MS);
    }
    return null;
  } catch (error) {
    if (wanted()) {
      $('opponent-problem').textContent = error.message;
      $('opponent-problem').hidden = false;
    }
    return null;
  } finally {
    if (wanted()) {
      button.disabled = false;
      button.classList.remove('busy');
      button.textContent = `Let ${name} play these rounds`;
    }
  }
}

/** Wait until the model at the table has played the rounds that were guessed: whether it has. */
export async function waitForRival(game, wanted) {
  for (let missed = 0; wanted();) {
    try {
      if ('done' in await askOpponent(game.game_id)) return true;
    } catch {
      if ((missed += 1) > PATIENT_TRIES) return false; // its guess is no more than a companion to one's own
    }
    await rest(ASK_MS);
  }
  return false;
}
