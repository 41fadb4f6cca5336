
// From our model to Plotly's traces and shapes.

// Points of a common kind that are drawn at most, in all panels; of what is odd or rare all are.
const MOST_COMMON = 20000;
// But so many in each panel.
const LEAST_COMMON = 3000;

// What of a figure's view is drawn in a grid, with the colours of now. `hidden` holds keys of the
// legend; `places` tells of each trace which cloud it draws, and of its points their places in it.
function tracesOf(figure, grid, hidden, colour) {
  const data = [];
  const places = [];
  const most = mostOf(grid);
  const ways = {
    points: (layer, axis) => pointsOf(layer, axis, figure, grid, colour),
    line: (layer, axis) => lineOf(layer, axis, colour),
    band: (layer, axis) => bandOf(layer, axis, colour),
    surface: (layer) => surfaceOf(layer, colour, most),
  };
  const rank = (layer) => (layer.kind === 'points' ? 10 + LOOKS[figure.clouds[layer.cloud].role].rank : 0);
  for (const cell of grid.cells) {
    const seen = cell.panel.layers.filter((layer) => layer.kind in ways && !hidden.has(keyOf(layer, figure)));
    for (const layer of seen.sort((a, b) => rank(a) - rank(b))) {
      for (const { place = null, ...trace } of ways[layer.kind](layer, cell.x)) {
        data.push({ xaxis: 'x' + cell.suffix, yaxis: 'y' + cell.suffix, showlegend: false, ...trace });
        places.push(place === null ? null : { ...place, cell });
      }
    }
  }
  if (grid.slider !== null) {
    const small = overviewOf(grid.slider, data);
    data.push(...small);
    places.push(...small.map(() => null));
  }
  return { data, places };
}

// What the slider shows: the last line of the first panel and its marks. It goes with axes, and these
// have some of their own, so low and so far from the data that nothing is seen of them.
function overviewOf(slider, data) {
  const inFirst = data.filter((trace) => trace.xaxis === 'x' && trace.type === 'scatter');
  const line = inFirst
    .filter((trace) => trace.mode === 'lines' && trace.fill === undefined && trace.name !== undefined)
    .slice(-1);
  const marks = inFirst
    .filter((trace) => trace.mode === 'markers')
    .map((trace) => ({ ...trace, marker: { ...trace.marker, size: 5 } }));
  return [...line, ...marks].map((trace) => ({
    ...trace,
    xaxis: 'x' + slider.suffix,
    yaxis: 'y' + slider.suffix,
    hoverinfo: 'skip',
  }));
}

// What belongs together in the legend: what has a name and a role in common.
function keyOf(layer, figure) {
  const named = layer.kind === 'points' ? figure.clouds[layer.cloud] : layer;
  return JSON.stringify([layer.kind, named.name ?? named.text, named.role ?? null]);
}

// Values as Plotly has to get them; the same ones each time, so that it sees that nothing has changed.
function givenAs(axis, values) {
  if (axis.scale !== 'time') return values;
  if (!givenAs.known.has(values)) givenAs.known.set(values, values.map(timeOf));
  return givenAs.known.get(values);
}
givenAs.known = new WeakMap();

function pointsOf(layer, axis, figure, grid, colour) {
  const cloud = figure.clouds[layer.cloud];
  const look = LOOKS[cloud.role];
  const kept = keptOf(cloud, grid.cells.length);
  const only = (values) => (kept === null ? values : kept.map((nth) => values[nth]));
  const sizes = only(cloud.sizes).map((size) =>
    grid.narrow && look.rank < 2 ? Math.max(4, size * 0.75) : size,
  );
  const alike = sizes.every((size) => size === sizes[0]);
  const isOver = look.rank > 1;
  const most = Math.max(24, Math.min(90, Math.floor((grid.width / 2 - 40) / 6.5)));
  return [
    {
      place: { cloud, kept, x: cloud.columns[layer.x] ?? [], y: cloud.columns[layer.y] ?? [] },
      type: 'scatter',
      mode: 'markers',
      name: plain(cloud.name),
      x: only(givenAs(axis, cloud.columns[layer.x] ?? [])),
      y: only(cloud.columns[layer.y] ?? []),
      hovertext: only(cloud.texts).map((text) => wrapped(text, most)),
      hoverinfo: cloud.texts.length > 0 ? 'text' : 'skip',
      hoverlabel: { bordercolor: colour[cloud.role] },
      marker: {
        symbol: look.symbol,
        size: alike ? (sizes[0] ?? look.size) : sizes,
        opacity: 1,
        color: translucent(colour[cloud.role], look.strength),
        // A rim of paper sets apart what lies on others; discs that overlap have one of their own.
        line: { color: isOver ? colour.paper : colour[cloud.role], width: isOver || !alike ? 1 : 0 },
      },
    },
  ];
}

// The places of the points that are drawn, `null` for all: every so many of a crowd.
function keptOf(cloud, nPanels) {
  const n = Math.max(0, ...cloud.columns.map((column) => column.length));
  const most = Math.max(LEAST_COMMON, Math.floor(MOST_COMMON / nPanels));
  if (n <= most || cloud.role !== 'common') return null;
  return Array.from({ length: most }, (_, nth) => Math.floor((nth * n) / most));
}

function lineOf({ name, role, x, y }, axis, colour) {
  const line = { color: colour[role], width: LOOKS[role].line ?? 1.25 };
  return [
    {
      type: 'scatter',
      mode: 'lines',
      name: plain(name),
      x: givenAs(axis, x),
      y,
      hoverinfo: 'x+y+name',
      line,
    },
  ];
}

function bandOf(layer, axis, colour) {
  const edge = {
    type: 'scatter',
    mode: 'lines',
    x: givenAs(axis, layer.x),
    hoverinfo: 'skip',
    line: { width: 0 },
  };
  const fillcolor = translucent(colour[layer.role], 0.16);
  return [
    { ...edge, y: layer.low },
    { ...edge, y: layer.high, name: plain(layer.name), fill: 'tonexty', fillcolor },
  ];
}

// The largest distance from the border of oddness over all panels, so that a colour means one thing.
function mostOf(grid) {
  let most = 0;
  const layers = grid.cells.flatMap((cell) => cell.panel.layers);
  for (const { z } of layers.filter((layer) => layer.kind === 'surface')) {
    for (const value of z) most = Math.max(most, Math.abs(value ?? 0));
  }
  return most || 1;
}

// Filled levels, and the border as a line.
function surfaceOf(layer, colour, most) {
  const rows = layer.y.map((_, row) => layer.z.slice(row * layer.x.length, (row + 1) * layer.x.length));
  const surface = { type: 'contour', x: layer.x, y: layer.y, z: rows, hoverinfo: 'skip', showscale: false };
  const levels = { start: -most, end: most, size: most / 8 };
  const filled = {
    zmin: -most,
    zmax: most,
    colorscale: scaleOfOddness(colour),
    contours: levels,
    line: { width: 0 },
  };
  const border = { start: 0, end: 0, size: 1, coloring: 'none' };
  return [
    { ...surface, ...filled, name: plain(layer.name) },
    { ...surface, contours: border, line: { width: 1.25, color: colour.odd, dash: 'dot' } },
  ];
}

// Spans of the x axis, and straight lines over whole panels; below the points.
function shapesOf(figure, grid, hidden, colour) {
  const ways = { spans: spansOf, rule: ruleOf };
  return grid.cells.flatMap((cell) => {
    const seen = cell.panel.layers.filter((layer) => layer.kind in ways && !hidden.has(keyOf(layer, figure)));
    return seen.map((layer) => ({ layer: 'below', ...ways[layer.kind](layer, cell, colour[layer.role]) }));
  });
}

// One path for all of them, since there may be thousands.
function spansOf(layer, cell, hex) {
  const ends = layer.spans.map((span) => span.map(cell.x.given)).filter((span) => !span.includes(null));
  const path = ends
    .map(([from, to]) => `M${from},0L${from},1L${to},1L${to},0Z`.replaceAll(' ', '_'))
    .join('');
  // The rim is for a minute of a month to be seen.
  const look = { fillcolor: translucent(hex, 0.22), line: { width: 1, color: translucent(hex, 0.45) } };
  return {
    type: 'path',
    xref: 'x' + cell.suffix,
    yref: `y${cell.suffix} domain`,
    path: path || 'M0,0Z',
    ...look,
  };
}

function ruleOf(layer, cell, hex) {
  const line = { color: hex, width: 1.5, dash: 'dash' };
  const { x: at = null, y = null } = layer.at;
  const x = cell.x.given(at);
  const across = { xref: `x${cell.suffix} domain`, yref: 'y' + cell.suffix, x0: 0, x1: 1, y0: y, y1: y };
  const up = { xref: 'x' + cell.suffix, yref: `y${cell.suffix} domain`, x0: x, x1: x, y0: 0, y1: 1 };
  return { type: 'line', visible: x !== null || y !== null, line, ...(x === null ? across : up) };
}
