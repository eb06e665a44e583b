/**
 * What a page needs besides plotly, as the text of a script (plain JavaScript of 2023: it runs in browsers, not here). `window.atelierFigures`:
 * `define(name, packed)` starts a build of plotly from a compressed copy; `show(id, packed, name, address)` draws a figure into the element of that id in place of
 * the picture there, once that build is there; where nobody defines it within a second and an address is given, it is loaded from there; where that fails, the picture stays.
 */
export const runtime = `(() => {
if (window.atelierFigures) return;
const unpack = async (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
};
const builds = new Map();
const buildOf = (name) => {
  if (!builds.has(name)) {
    let arrived;
    builds.set(name, { ready: new Promise((resolve) => { arrived = resolve; }), arrived });
  }
  return builds.get(name);
};
const run = (name, script) => {
  buildOf(name).started = true;
  script.onload = () => buildOf(name).arrived(window.Plotly);
  document.head.append(script);
};
const load = (name, { src, integrity }) => {
  if (!buildOf(name).started) run(name, Object.assign(document.createElement('script'), { integrity, crossOrigin: 'anonymous', src }));
};
const define = async (name, text) => {
  if (buildOf(name).started) return;
  buildOf(name).started = true;
  const script = document.createElement('script');
  script.textContent = await unpack(text);
  document.head.append(script);
  buildOf(name).arrived(window.Plotly);
};
const thumbnailsOnHover = (place, { sprite, width, height, columns, zoom }) => {
  const box = document.createElement('div');
  Object.assign(box.style, {
    position: 'fixed', display: 'none', pointerEvents: 'none', zIndex: 1000, borderRadius: '3px',
    width: width * zoom + 'px', height: height * zoom + 'px', boxShadow: '0 1px 6px rgba(0,0,0,.5)',
    backgroundImage: 'url(' + sprite + ')', backgroundSize: columns * width * zoom + 'px auto', imageRendering: 'pixelated',
  });
  document.body.append(box);
  place.on('plotly_hover', ({ points, event }) => {
    const at = points[0] && points[0].customdata;
    if (typeof at !== 'number') return;
    Object.assign(box.style, {
      display: 'block', left: event.clientX + 14 + 'px', top: event.clientY + 14 + 'px',
      backgroundPosition: -(at % columns) * width * zoom + 'px ' + -Math.floor(at / columns) * height * zoom + 'px',
    });
  });
  place.on('plotly_unhover', () => { box.style.display = 'none'; });
};
const show = async (id, text, name, address) => {
  const place = document.getElementById(id);
  if (!place) return;
  if (address) setTimeout(() => load(name, address), 1000);
  const [Plotly, json] = await Promise.all([buildOf(name).ready, unpack(text)]);
  const { data, layout } = JSON.parse(json);
  place.replaceChildren();
  await Plotly.newPlot(place, data, layout, { responsive: true, displaylogo: false });
  if (layout.meta && layout.meta.thumbnails) thumbnailsOnHover(place, layout.meta.thumbnails);
};
window.atelierFigures = { define, show };
})();`;
