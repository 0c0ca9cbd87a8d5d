// The start form: name, map, rules, seed. What is wrong is said beside its field, and nothing that was typed is lost.

import {$, kind, query} from './page.js';
import {remember, remembered} from './kept.js';
import {fillDuel, followMode, readDuel} from './duelform.js';
import {matchToSend, roundsInWords, rulesInWords, rulesToSend} from './rules.js';

const PRESETS = ['', '30', '60', '120'];
const MAX_SEED = 2n ** 53n - 1n;
// A bot says all it wants in the address.
const choice = (name) => query.get(name) ?? (kind === 'bot' ? null : remembered(name));

const LENGTHS = ['3', '5', '10', '20'];

const MOST_STREAK = 100;
let modelIsThere = false;
let limits = {min: 10, max: 600}, lengths = {min: 1, max: 20};

const radio = (name) => document.querySelector(`#start-form input[name="${name}"]:checked`)?.value ?? '';
const pick = (name, value) => { document.querySelector(`#start-form input[name="${name}"][value="${value}"]`).checked = true; };

/** Fill the form from the server's maps, the address and what was chosen last. */
export function fillForm({maps, modes = [], opponent = false, model_name: model = 'Homing', time_limit_s: time = limits, movements = ['no_move'], length = lengths, rounds: usual = 5}) {
  limits = time;
  lengths = length;
  fillMaps(maps);
  // Whoever typed while the maps were on their way keeps it.
  $('start-name').value ||= choice('name') ?? '';
  $('start-seed').value ||= query.get('seed') ?? '';
  const seconds = String(choice('time_limit_s') ?? '');
  pick('time', PRESETS.includes(seconds) ? seconds : 'other');
  if (!PRESETS.includes(seconds)) $('start-seconds').value = seconds;
  $('start-seconds').placeholder = `${limits.min} to ${limits.max}`;
  const rounds = String(choice('rounds') ?? usual);
  pick('rounds', LENGTHS.includes(rounds) ? rounds : 'other');
  if (!LENGTHS.includes(rounds)) $('start-length').value = rounds;
  $('start-length').placeholder = `${lengths.min} to ${lengths.max}`;
  if (choice('told') === 'after_match') pick('told', 'after_match');
  if (['challenge', 'duel', 'blind'].includes(query.get('mode'))) pick('mode', query.get('mode'));
  fillDuel(opponent);
  $('start-aim').hidden = !modes.includes('streak');
  if (query.get('mode') === 'streak') pick('aim', 'streak');
  modelIsThere = opponent;
  $('rival-name').textContent = `With ${model}`;
  pick('with_model', opponent && (query.has('with_model') || choice('with_model') === true) ? '1' : '');
  const movement = choice('movement');
  pick('movement', ['nmpz', 'moving'].includes(movement) && movements.includes(movement) ? movement : 'no_move');
  if (!walkable() && radio('movement') === 'moving' && query.get('movement') !== 'moving') pick('movement', 'no_move');
  $('start-movement').hidden = !movements.includes('nmpz');
  const asked = ['seed', 'time_limit_s', 'movement', 'rounds', 'mode', 'told', 'with_model'].some((name) => query.has(name));
  $('start-rules').open = asked || matchMedia('(min-height: 800px) and (min-width: 701px)').matches;
  $('start-button').disabled = false;
  follow();
}

function fillMaps(maps) {
  const select = $('start-map');
  const group = (label, ...sources) => {
    const own = maps.filter((map) => sources.includes(map.kind));
    if (!own.length) return [];
    const part = Object.assign(document.createElement('optgroup'), {label});
    part.append(...own.map((map) => Object.assign(new Option(map.title, map.name), {disabled: Boolean(map.error)})));
    return [part];
  };
  const others = maps.map((map) => map.kind).filter((source) => source !== 'world' && source !== 'photos');
  select.replaceChildren(...group('Simulated Earth', 'world'), ...group('Your photos', 'photos'), ...group('Real streets, over the network', ...others));
  select.disabled = false;
  const playable = (name) => maps.some((map) => map.name === name && !map.error);
  const wanted = query.get('map') ?? remembered('map') ?? 'world';
  if (playable(wanted)) select.value = wanted;
  else if (query.get('map')) {
    if (kind === 'bot') throw new Error(`There is no map “${wanted}” to play. Choose another one.`);
    problem('map', `There is no map “${wanted}” to play here. Choose another one.`);
  }
  const broken = maps.filter((map) => map.error).map((map) => `${map.title}: ${map.error}`).join('\n');
  select.onchange = () => {
    const map = maps.find((one) => one.name === select.value);
    walkable = () => Boolean(map?.walk);
    offerWalk(map);
    offerStreak(map);
    $('start-about').textContent = [map ? `${map.description}.` : '', broken].filter(Boolean).join('\n');
  };
  select.onchange();
}

let walkable = () => false;
/** Walking is offered where the map has roads to walk on; elsewhere it is said why not. */
function offerWalk(map) {
  const input = document.querySelector('#start-form input[name="movement"][value="moving"]');
  input.disabled = !map?.walk;
  $('walk-about').textContent = map?.walk ? `Walk: arrows lead along the road, ${map.walk.farthest * map.walk.step_m} m to either side.`
    : 'Walk: not on this map, each of its places is a single photo.';
  if (input.disabled && input.checked) pick('movement', 'no_move');
}

/** A streak needs many places: where a map has too few, it is said. */
function offerStreak(map) {
  const input = document.querySelector('#start-form input[name="aim"][value="streak"]');
  input.disabled = map?.kind !== 'world';
  $('aim-about').textContent = input.disabled ? 'Country streak: not on this map, it has too few places.'
    : `Country streak: is the pin in the right country? It goes on until the first wrong one, ${MOST_STREAK} rounds at most.`;
  if (input.disabled && input.checked) pick('aim', 'points');
  follow();
}

/** Say what is wrong beside a field, "map", "seconds", "length" or "seed", or below the form; an empty text takes it back. */
export function problem(field, text) {
  const said = $(`${field}-problem`), input = $(`start-${field}`);
  said.textContent = text;
  said.hidden = !text;
  input?.toggleAttribute('aria-invalid', Boolean(text));
  if (text && input) {
    if (field !== 'map') $('start-rules').open = true;
    input.focus();
    input.select?.();
  }
}

/** What the form asks for, or null when something in it is wrong, which is then said. */
export function readForm() {
  for (const field of ['map', 'seconds', 'length', 'seed', 'start', 'duel']) problem(field, '');
  const name = $('start-name').value.trim() || 'Guest', map = $('start-map').value || 'world';
  const streak = radio('aim') === 'streak';
  if (radio('mode') === 'duel' && !streak) {
    const duel = readDuel();
    if (duel.problem) return void problem('duel', duel.problem);
    if (kind !== 'bot') remember('map', map);
    return {name: readName(), map, kind, mode: 'duel', ...rulesToSend({movement: radio('movement')}), duel};
  }
  const blind = radio('mode') === 'blind' && !streak;
  const seed = blind ? '' : $('start-seed').value.trim(), time = radio('time'), seconds = time === 'other' ? $('start-seconds').value.trim() : time;
  if (seed && !(/^\d{1,19}$/.test(seed) && BigInt(seed) <= MAX_SEED)) {
    problem('seed', `A seed is a whole number from 0 to ${MAX_SEED}. Leave it empty for places drawn at random.`);
    return null;
  }
  if (time === 'other' && !(/^\d{1,4}$/.test(seconds) && +seconds >= limits.min && +seconds <= limits.max)) {
    problem('seconds', `Give whole seconds from ${limits.min} to ${limits.max}, or choose “None”.`);
    return null;
  }
  const rounds = chosenRounds();
  if (!streak && !(/^\d{1,4}$/.test(rounds) && +rounds >= lengths.min && +rounds <= lengths.max)) {
    problem('length', `A game has ${lengths.min} to ${lengths.max} rounds: give a whole number.`);
    return null;
  }
  const match = {rounds_total: Number(rounds), mode: radio('mode') || 'solo', told: blind ? 'after_round' : radio('told') || 'after_round', with_model: !blind && radio('with_model') === '1'};
  const rules = {time_limit_s: seconds ? Number(seconds) : null, movement: radio('movement') || 'no_move'};
  if (kind !== 'bot') {
    remember('name', name === 'Guest' ? null : name);
    remember('map', map);
    remember('time_limit_s', rules.time_limit_s);
    remember('movement', rules.movement);
    if (!streak) remember('rounds', match.rounds_total);
    if (!blind) remember('told', match.told);
    if (!blind) remember('with_model', match.with_model);
  }
  if (streak) return {name, map, kind, mode: 'streak', ...(seed ? {seed} : {}), ...rulesToSend(rules)};
  return {name, map, kind, ...(seed ? {seed} : {}), ...matchToSend(match), ...rulesToSend(rules)};
}

const chosenRounds = () => (radio('rounds') === 'other' ? $('start-length').value.trim() : radio('rounds'));

/** Show the form for a game of somebody else's, in which one may take a seat; null shows the whole form again. */
export function inviteTo(game) {
  $('join-about').hidden = !game;
  $('start-choices').hidden = Boolean(game);
  $('start-button').textContent = game ? 'Take the challenge' : 'Start';
  if (!game) return;
  const count = game.seats.length, people = `${count} ${count === 1 ? 'player' : 'players'} so far`;
  $('join-about').textContent = [`${game.seats.find((one) => one.seat === 0)?.player ?? 'Somebody'} challenges you: ${game.map_title}`,
    roundsInWords(game.rounds_total), rulesInWords(game.rules), people].filter(Boolean).join(' · ');
  $('start-button').disabled = false;
  $('start-name').value ||= choice('name') ?? '';
}

/** The name in the form. */
export function readName() {
  const name = $('start-name').value.trim() || 'Guest';
  if (kind !== 'bot') remember('name', name === 'Guest' ? null : name);
  return name;
}

/** Keep the form's own words in step with what is chosen. */
function follow() {
  const time = radio('time'), seconds = time === 'other' ? $('start-seconds').value.trim() : time;
  $('start-seconds').hidden = time !== 'other';
  const rounds = chosenRounds(), streak = radio('aim') === 'streak', mode = streak ? 'solo' : radio('mode'), duel = mode === 'duel';
  const words = rulesInWords({time_limit_s: /^\d+$/.test(seconds) && !duel ? seconds : null, movement: radio('movement')});
  $('start-length').hidden = radio('rounds') !== 'other';
  followMode(mode);
  for (const id of ['start-rounds', 'start-mode', 'start-told']) $(id).hidden = streak;
  const length = streak ? 'country streak' : /^\d+$/.test(rounds) ? roundsInWords(Number(rounds)) : '';
  $('start-rival').hidden = streak || !modelIsThere || duel || mode === 'blind';
  $('start-rules-now').textContent = [duel ? '' : length, {challenge: 'by link', duel: 'duel', blind: 'blind'}[mode] ?? '', words || (duel ? '' : 'no timer, look around'), !duel && mode !== 'blind' && $('start-seed').value.trim() ? 'given places' : ''].filter(Boolean).join(' · ');
}

export function wireForm() {
  $('start-form').addEventListener('input', (event) => {
    const field = {'start-map': 'map', 'start-seconds': 'seconds', 'start-length': 'length', 'start-seed': 'seed'}[event.target.id]
      ?? {time: 'seconds', rounds: 'length'}[event.target.name];
    if (field) problem(field, '');
    problem('duel', '');
    follow();
    if (event.target.value === 'other') $(event.target.name === 'rounds' ? 'start-length' : 'start-seconds').focus();
  });
}
