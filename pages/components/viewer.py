"""Looking around in a panorama with the game's own viewer, for any page. Knows no game and no world."""

import base64
import json

import streamlit as st

from pages.components.address import arena_url

HEIGHT_PX = 460
# The script comes from the game's route on this server; the picture is in the page, so that no address tells of it.
PAGE = """
<!doctype html><html lang="en"><head><meta charset="utf-8"><style>
  html, body {{ margin: 0; height: {height}px; background: #101418; overflow: hidden; }}
  canvas {{ display: block; width: 100%; height: {height}px; cursor: grab; touch-action: none; }}
  canvas.dragging {{ cursor: grabbing; }} canvas:focus-visible {{ outline: 2px solid #d05e46; outline-offset: -2px; }}
  p {{ position: absolute; left: 12px; bottom: 10px; margin: 0; padding: 3px 10px; border-radius: 9px;
      background: rgba(16, 20, 24, .72); color: #fbf7f0; font: 13px/1.5 system-ui, sans-serif; pointer-events: none; }}
</style></head><body>
<canvas id="look" tabindex="0" role="img" aria-label="{alt}"></canvas><p id="said" role="status">Unrolling …</p>
<script type="module">
  const said = document.getElementById('said'), canvas = document.getElementById('look');
  const sides = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'];
  try {{
    const {{Panorama}} = await import('{script}');
    // whoever goes on at the same place keeps looking where he looked; a browser may forbid to remember
    const remember = (how) => {{ try {{ return how(sessionStorage); }} catch (error) {{ return null; }} }};
    const before = remember((kept) => JSON.parse(kept.getItem('homing-look') ?? 'null'));
    const same = before && before.place && before.place === {place};
    const onChange = ({{heading}}) => {{
      remember((kept) => kept.setItem('homing-look', JSON.stringify({{place: {place}, heading}})));
      said.textContent = `${{sides[Math.round(heading / 45) % 8]}} · drag to look around`;
    }};
    const view = new Panorama(canvas, {{onChange, still: matchMedia('(prefers-reduced-motion: reduce)').matches}});
    const turn = {{ArrowLeft: [-12, 0], ArrowRight: [12, 0], ArrowUp: [0, 12], ArrowDown: [0, -12]}};
    canvas.addEventListener('keydown', (event) => {{
      const by = turn[event.key];
      if (by) {{ event.preventDefault(); view.turnBy(...by, 200); }}
    }});
    const bytes = await (await fetch('data:image/jpeg;base64,{picture}')).blob();
    view.show(await createImageBitmap(bytes), {{heading: same ? before.heading : {heading}, pitch: -2, fov: 74}});
  }} catch (error) {{
    said.textContent = error.message;
  }}
</script></body></html>
"""


def look(jpeg: bytes, heading_deg: float, alt: str, height: int = HEIGHT_PX, place: str = "") -> None:
    """The panorama to look around in, at first towards `heading_deg`; `alt` and `place` are plain words of our own.

    Another picture of the same `place` is seen in the direction in which the last one was left.
    """
    picture = base64.b64encode(jpeg).decode("ascii")
    script = arena_url("/static/panorama.js")
    page = PAGE.format(height=height, heading=float(heading_deg), picture=picture, alt=alt, script=script,
                       place=json.dumps(place))  # fmt: skip
    st.iframe(page, height=height, alt=alt)
