// What the screens of the page share: the game at hand, the parts that show it, and what happens when something fails.
// Knows no screen.

import {$, body, fail, kind, still} from './page.js';
import {GuessMap} from './guessmap.js';
import {Panorama} from './panorama.js';
import {Sharpener} from './picture.js';
import {ResultMap} from './resultmap.js';
import {WorldMap} from './worldmap.js';

// `visit` changes whenever another screen is wanted: what was begun for the one before ends there.
export const page = {game: null, invited: null, round: 0, busy: null, again: null, visit: {}};
/** The clock; the panorama, its sharpener and the maps, once `prepare` has made them. */
export const parts = {clock: null, panorama: null, sharpener: null, guessMap: null, resultMap: null};

/** Do something that may fail: the sentence is shown, and "Try again", where it can help, does it again. */
export async function attempt(doing) {
  if (page.busy) return;
  const busy = page.busy = {};
  try {
    await doing();
  } catch (error) {
    if (page.busy !== busy) return; // nobody waits for it any more
    page.again = doing;
    fail(error, error.passing ?? true);
  } finally {
    if (page.busy === busy) page.busy = null;
  }
}


let made = null;
/** Make the panorama and the maps, once; `hands`: {onChange(view), onPin(pin), onToggle()}. */
export function prepare(hands) {
  made ||= makeParts(hands).catch((error) => { made = null; throw error; });
  return made;
}

async function makeParts({onChange, onPin, onToggle}) {
  if (!parts.panorama) {
    parts.panorama = new Panorama($('panorama'), {still, onChange});
    parts.sharpener = new Sharpener(parts.panorama);
    // Without a GPU, blur and growing panels cost more than everything else together.
    body.classList.toggle('frosted', kind !== 'bot' && !parts.panorama.software);
    body.classList.toggle('still', still || parts.panorama.software);
  }
  await loadDeck();
  const {software} = parts.panorama, map = new WorldMap({rich: kind !== 'bot', antialias: !software});
  parts.guessMap = new GuessMap(map, $('guess-map'), $('guess-dock'), {onPin, onToggle});
  parts.resultMap = new ResultMap(map, $('result-map'), {still: still || software});
}

// deck.gl is larger than everything else together: it is fetched when the form can be read already.
async function loadDeck() {
  if (globalThis.deck?.Deck) return;
  const script = Object.assign(document.createElement('script'), {src: new URL('../deck.js', import.meta.url).href, async: true});
  await new Promise((done) => { script.onload = script.onerror = done; document.head.append(script); });
  if (globalThis.deck?.Deck) return;
  script.remove();
  throw new Error('The map library did not load. Check the connection, then try again.');
}
