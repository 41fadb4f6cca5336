
// What marks, lines and colours mean.

// What a view shows, each name once: points first, the oddest before others.
function legendOf(figure, view) {
  const entries = new Map();
  for (const layer of view.panels.flatMap((panel) => panel.layers).filter((layer) => layer.kind !== 'rule')) {
    const key = keyOf(layer, figure);
    const cloud = layer.kind === 'points' ? figure.clouds[layer.cloud] : null;
    const points = cloud === null ? 0 : Math.max(0, ...cloud.columns.map((column) => column.length));
    const kept = cloud === null ? 0 : (keptOf(cloud, view.panels.length)?.length ?? points);
    const { name, role } = cloud ?? layer;
    const isDot = cloud !== null && cloud.sizes.length > 0 && Math.max(...cloud.sizes.slice(0, 1000)) <= 5;
    if (!entries.has(key)) entries.set(key, { key, kind: layer.kind, name, role, points, kept, isDot });
  }
  const order = ({ kind, role }) => (kind === 'surface' ? 99 : kind === 'points' ? 10 + LOOKS[role].rank : 0);
  return [...entries.values()].sort((a, b) => order(b) - order(a));
}

const SWATCHES = {
  dot: 'M9 5a2 2 0 1 0 0 4a2 2 0 1 0 0-4z',
  circle: 'M9 2.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z',
  square: 'M5 3h8v8H5z',
  diamond: 'M9 1l6 6l-6 6l-6-6z',
  'triangle-up': 'M9 2l6 10H3z',
  'triangle-down': 'M9 12L3 2h12z',
};

function swatch({ kind, role, isDot }, colour) {
  const look = LOOKS[role];
  const hex = colour[role];
  const line = { d: 'M0 7h18', fill: 'none', stroke: hex, 'stroke-width': '2' };
  const area = { d: 'M1 2h16v10H1z', fill: translucent(hex, kind === 'band' ? 0.2 : 0.3) };
  const common = look.rank === 0 ? { stroke: hex, 'stroke-width': '1' } : {};
  const mark = {
    d: isDot ? SWATCHES.dot : SWATCHES[look.symbol],
    fill: translucent(hex, look.strength),
    ...common,
  };
  return make(
    'svg',
    { viewBox: '0 0 18 14', 'aria-hidden': 'true' },
    make('path', { points: mark, line }[kind] ?? area),
  );
}

// The colours of a surface, between two words.
function scaleItem(entry, colour) {
  const bar = make('i');
  const stops = scaleOfOddness(colour).map(([at, rgb]) => `${rgb} ${at * 100}%`);
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  return make('span', { class: 'scale' }, entry.name + ': odd', bar, 'usual');
}
