// Finds the object behind a map's element, however the page keeps it: named by the page object, hung on an element by a
// framework, global, or seen from inside while the library works (through its prototype, or as what it calls with).
// Called with the element, the library's KIND (see the adapters) and `given`, which gives a page object's own expression.
async function findMap(el, kind, given) {
  const same = (node) => node && (node === el || el.contains(node) || node.contains?.(el));
  const is = (o) => {
    try { return !!o && typeof o === 'object' && kind.is(o) && same(kind.element(o)); } catch { return false; }
  };
  const named = (() => { try { return given(); } catch { return null; } })();
  if (is(named)) return named;

  const globals = Object.keys(window).map((name) => { try { return window[name]; } catch { return null; } });
  const own = globals.find(is);
  if (own) return own;

  // What frameworks hang on their elements: fibres, components, data. A walk with an end.
  const hung = [el, ...el.querySelectorAll('*')].slice(0, 200);
  for (let up = el.parentElement; up; up = up.parentElement) hung.push(up);
  let edge = [...hung.flatMap((node) => Object.keys(node).map((name) => node[name])), ...globals];
  const seen = new Set([window, document]);
  for (let depth = 0, left = 40000; depth < 9 && edge.length && left > 0; depth += 1) {
    const next = [];
    for (const o of edge) {
      if (!o || typeof o !== 'object' || seen.has(o) || o instanceof Node || ArrayBuffer.isView(o) || (left -= 1) < 0) continue;
      seen.add(o);
      if (is(o)) return o;
      let names = [];
      try { names = o instanceof Map ? [...o.values()] : Object.keys(o).slice(0, 200); } catch { continue; }
      for (const name of names) { try { next.push(o instanceof Map ? name : o[name]); } catch { /* a getter that minds */ } }
    }
    edge = next;
  }

  // Nobody holds it where we can reach. Watch whom the library's own methods, and its handlers, are called on.
  let found = null;
  const { apply } = Reflect, undo = [];
  const watch = (...some) => {
    if (found) return;
    for (const o of some) {
      for (const one of [o, o?.map, o?.map_, o?._map, o?.target, o?.deck, o?.context?.deck]) if (is(one)) { found = one; return; }
    }
  };
  for (const name of ['call', 'apply']) {
    const real = Function.prototype[name];
    undo.push(() => { Function.prototype[name] = real; });
    Function.prototype[name] = function (self, ...rest) {
      watch(self, ...(name === 'call' ? rest : []));
      return apply(real, this, [self, ...rest]);
    };
  }
  for (const name of ['filter', 'find', 'some', 'map', 'forEach']) {  // a layer in a list may know its map
    const real = Array.prototype[name];
    undo.push(() => { Array.prototype[name] = real; });
    Array.prototype[name] = function (...rest) { watch(this[0]); return apply(real, this, rest); };
  }
  for (const names of kind.classes) {
    let proto = names.split('.').reduce((o, name) => o?.[name], window)?.prototype;
    for (; proto && proto !== Object.prototype; proto = Object.getPrototypeOf(proto)) {
      const here = proto;
      for (const [name, { value, writable }] of Object.entries(Object.getOwnPropertyDescriptors(here))) {
        if (typeof value !== 'function' || !writable || name === 'constructor') continue;
        undo.push(() => { here[name] = value; });
        here[name] = function (...rest) { watch(this); return apply(value, this, rest); };
      }
    }
  }
  try {
    const { left, top, width, height } = el.getBoundingClientRect();
    const at = { bubbles: true, clientX: left + width / 2, clientY: top + height / 2 };
    const inner = [...el.querySelectorAll('canvas, div')].slice(0, 20);
    for (const node of [el, ...inner]) {
      if (found) break;
      node.dispatchEvent(new MouseEvent('mousemove', at));
      node.dispatchEvent(new PointerEvent('pointermove', { ...at, pointerType: 'mouse' }));
    }
    if (!found) window.dispatchEvent(new Event('resize'));
    const before = el.style.width;
    for (let frame = 0; frame < 40 && !found; frame += 1) {
      if (frame === 4) el.style.width = `${width - 1}px`; // a library that watches its size looks up
      if (frame === 12) el.style.width = before;
      await new Promise((done) => { requestAnimationFrame(done); setTimeout(done, 30); });
    }
    el.style.width = before;
  } finally {
    undo.reverse().forEach((back) => back());
  }
  return found;
}
