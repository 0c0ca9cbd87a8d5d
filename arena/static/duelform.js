// The part of the start form that a duel needs: against whom, and its settings, folded away. Knows the form's elements.

import {$, kind} from './page.js';
import {remember, remembered} from './kept.js';

const ABOUT = {
  solo: 'At your own pace.',
  challenge: 'A link, good for a week: everyone plays the same places, each at their own pace.',
  duel: 'The same places at the same time: the worse guess costs health.',
  blind: 'Against a person or the model, and you are not told which.',
};
const FIELDS = {
  health: {id: 'duel-health', low: 100, high: 100_000, usual: 6000, what: 'Health'},
  series: {id: 'duel-series', low: 1, high: 20, usual: 1, what: 'Matches'},
  round_s: {id: 'duel-round-s', low: 10, high: 600, usual: 120, what: 'Seconds a round'},
  after_guess_s: {id: 'duel-after-s', low: 1, high: 600, usual: 15, what: 'Seconds after the first guess'},
};
const radio = (name) => document.querySelector(`#start-form input[name="${name}"]:checked`)?.value ?? '';

/** Keep the form in step with the mode: what the mode has no use for is not shown. */
export function followMode(mode) {
  $('start-form').dataset.mode = mode;
  $('mode-about').textContent = ABOUT[mode] ?? '';
  $('start-against').hidden = mode !== 'duel';
  $('duel-teams').hidden = radio('against') === 'model';
  const changed = Object.entries(FIELDS).filter(([, {id, usual}]) => Number($(id).value) !== usual).length + (radio('teams') === '2' && radio('against') !== 'model');
  $('duel-now').textContent = changed ? 'changed' : 'as usual';
}

/** What was chosen last; what needs a model is only offered where there is one. */
export function fillDuel(model) {
  document.querySelector('#start-form input[value="blind"]').parentElement.hidden = !model;
  document.querySelector('#start-form input[name="against"]').closest('.choice').hidden = !model;
  document.querySelector('#start-against legend').hidden = !model;
  if (kind === 'bot') return;
  for (const [name, {id}] of Object.entries(FIELDS)) {
    const value = remembered(`duel_${name}`);
    if (value != null) $(id).value = value;
  }
}

/** The duel as the server is asked for it; or {problem} in a sentence. */
export function readDuel() {
  const duel = {};
  for (const [name, {id, low, high, usual, what}] of Object.entries(FIELDS)) {
    const text = $(id).value.trim().replace(/[,\s]/g, '') || String(usual);
    if (!/^\d{1,6}$/.test(text) || Number(text) < low || Number(text) > high) {
      $('start-duel').open = true;
      $(id).focus();
      $(id).select();
      return {problem: `${what}: a whole number from ${low} to ${high.toLocaleString('en-US')}.`};
    }
    duel[name] = Number(text);
    if (kind !== 'bot') remember(`duel_${name}`, duel[name] === usual ? null : duel[name]);
  }
  duel.model = radio('against') === 'model';
  duel.teams = duel.model ? 1 : Number(radio('teams') || 1);
  return duel;
}
