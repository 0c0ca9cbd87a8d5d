// A duel against somebody's earlier guesses: offered from a finished game, and by a link. Knows the start form.

import {$, say} from './page.js';
import {roundsInWords, rulesInWords} from './rules.js';

/** Ask whoever opened the link for a name, and for nothing else; gives the ghost. */
export function inviteGhost(game, seat) {
  const whose = game.seats.find((one) => one.seat === seat)?.player ?? game.player;
  $('join-about').textContent = [`A duel against ${whose}’s guesses, at ${whose}’s pace: ${game.map_title}`,
    roundsInWords(game.rounds_total), rulesInWords({movement: game.rules?.movement})].filter(Boolean).join(' · ');
  $('join-about').hidden = false;
  $('start-choices').hidden = true;
  $('start-button').textContent = `Duel against ${whose}`;
  return {game, seat};
}

/** The duel as the server is asked for it: map and rules are those of the game that was played. */
export function ghostToSend(ghost) {
  if (!ghost) return {};
  const {game, seat} = ghost;
  return {map: game.map, mode: 'duel', movement: game.rules?.movement, rounds: undefined, seed: undefined, told: undefined, with_model: undefined, time_limit_s: undefined,
    duel: {ghost: {game_id: game.game_id, seat}}};
}

/** Copy the link by which others duel against one's own finished game. */
export async function shareGhost(game) {
  const address = new URL(location.pathname, location.href), button = $('ghost-button');
  address.search = new URLSearchParams({ghost: game.game_id, seat: game.seat ?? 0});
  try {
    await navigator.clipboard.writeText(address.href);
    button.textContent = 'Link copied: whoever opens it duels against you';
    say('Link copied.');
  } catch {
    button.textContent = address.href;
  }
}

/** The button of the summary: for others a duel at once, for oneself a link for others. */
export function showGhost(game) {
  const button = $('ghost-button'), whose = game.player;
  button.hidden = !game.finished || !['solo', 'challenge'].includes(game.mode);
  button.textContent = game.seat == null ? `Duel against ${whose}’s guesses` : 'Let others duel against this game';
}
