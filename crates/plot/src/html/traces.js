
// From our model to Plotly's traces, axes and shapes.

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
  for (const cell of grid.cells) {
    const rank = (layer) => (layer.kind === 'points' ? 10 + LOOKS[figure.clouds[layer.cloud].role].rank : 0);
    const layers = [...cell.panel.layers].sort((a, b) => rank(a) - rank(b));
    for (const layer of layers.filter((layer) => !hidden.has(keyOf(layer, figure)))) {
      const draw = { points: pointsOf, line: lineOf, band: bandOf, surface: surfaceOf }[layer.kind];
      for (const { place = null, ...trace } of draw === undefined ? [] : draw(layer, figure, grid, colour, cell, most)) {
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
  const line = inFirst.filter((trace) => trace.mode === 'lines' && trace.fill === undefined && trace.name !== undefined).slice(-1);
  const marks = inFirst.filter((trace) => trace.mode === 'markers').map((trace) => ({ ...trace, marker: { ...trace.marker, size: 5 } }));
  return [...line, ...marks].map((trace) => ({ ...trace, xaxis: 'x' + slider.suffix, yaxis: 'y' + slider.suffix, hoverinfo: 'skip' }));
}

// What belongs together in the legend: what has a name and a role in common.
function keyOf(layer, figure) {
  const named = layer.kind === 'points' ? figure.clouds[layer.cloud] : layer;
  return JSON.stringify([layer.kind, named.name ?? named.text, named.role ?? null]);
}

function pointsOf(layer, figure, grid, colour) {
  const cloud = figure.clouds[layer.cloud];
  const look = LOOKS[cloud.role];
  const kept = keptOf(cloud, grid.cells.length);
  const only = (values) => (kept === null ? values : kept.map((nth) => values[nth]));
  const sizes = only(cloud.sizes).map((size) => (grid.narrow ? Math.max(4, size * 0.75) : size));
  const alike = sizes.every((size) => size === sizes[0]);
  const isOver = look.rank > 1;
  const most = Math.max(24, Math.min(90, Math.floor((grid.width / 2 - 40) / 6.5)));
  return [{
    place: { cloud, kept },
    type: 'scatter',
    mode: 'markers',
    name: plain(cloud.name),
    x: only(cloud.columns[layer.x] ?? []),
    y: only(cloud.columns[layer.y] ?? []),
    hovertext: only(cloud.texts).map((text) => wrapped(text, most)),
    hoverinfo: cloud.texts.length > 0 ? 'text' : 'skip',
    hoverlabel: { bordercolor: colour[cloud.role] },
    marker: {
      symbol: look.symbol,
      size: alike ? sizes[0] ?? look.size : sizes,
      opacity: 1,
      color: translucent(colour[cloud.role], look.strength),
      // A rim of paper sets apart what lies on others; discs that overlap have one of their own.
      line: { color: isOver ? colour.paper : colour[cloud.role], width: isOver || !alike ? 1 : 0 },
    },
  }];
}

// The places of the points that are drawn, `null` for all: every so many of a crowd.
function keptOf(cloud, nPanels) {
  const n = Math.max(0, ...cloud.columns.map((column) => column.length));
  const most = Math.max(LEAST_COMMON, Math.floor(MOST_COMMON / nPanels));
  if (n <= most || cloud.role !== 'common') return null;
  return Array.from({ length: most }, (_, nth) => Math.floor((nth * n) / most));
}

function lineOf(layer, figure, grid, colour, cell) {
  const isTime = cell.x.scale === 'time';
  const at = (value) => (isTime ? timeText(value) : `${cell.x.label} ${numberText(value)}`);
  return [{
    type: 'scatter',
    mode: 'lines',
    name: plain(layer.name),
    x: layer.x,
    y: layer.y,
    hovertext: layer.x.map((x, nth) => `${plain(layer.name)} ${numberText(layer.y[nth] ?? null)}<br>${plain(at(x))}`),
    hoverinfo: 'text',
    line: { color: colour[layer.role], width: LOOKS[layer.role].line ?? 1.25 },
  }];
}

function bandOf(layer, figure, grid, colour) {
  const edge = { type: 'scatter', mode: 'lines', x: layer.x, hoverinfo: 'skip', line: { width: 0 } };
  const fillcolor = translucent(colour[layer.role], 0.16);
  return [{ ...edge, y: layer.low }, { ...edge, y: layer.high, name: plain(layer.name), fill: 'tonexty', fillcolor }];
}

// The largest distance from the border of oddness over all panels, so that a colour means one thing.
function mostOf(grid) {
  let most = 0;
  for (const layer of grid.cells.flatMap((cell) => cell.panel.layers).filter((layer) => layer.kind === 'surface')) {
    for (const z of layer.z) most = Math.max(most, Math.abs(z ?? 0));
  }
  return most || 1;
}

// Filled levels, and the border as a line.
function surfaceOf(layer, figure, grid, colour, cell, most) {
  const rows = layer.y.map((_, row) => layer.z.slice(row * layer.x.length, (row + 1) * layer.x.length));
  const surface = { type: 'contour', x: layer.x, y: layer.y, z: rows, hoverinfo: 'skip', showscale: false };
  const levels = { start: -most, end: most, size: most / 8 };
  const filled = { zmin: -most, zmax: most, colorscale: scaleOfOddness(colour), contours: levels, line: { width: 0 } };
  const border = { start: 0, end: 0, size: 1, coloring: 'none' };
  return [
    { ...surface, ...filled, name: plain(layer.name) },
    { ...surface, contours: border, line: { width: 1.25, color: colour.odd, dash: 'dot' } },
  ];
}

// Spans of the x axis, and straight lines over whole panels.
function shapesOf(figure, grid, hidden, colour) {
  const shapes = [];
  for (const cell of grid.cells) {
    for (const layer of cell.panel.layers.filter((layer) => !hidden.has(keyOf(layer, figure)))) {
      if (layer.kind === 'spans') shapes.push(...layer.spans.map((span) => spanOf(span, layer, cell, colour)));
      if (layer.kind === 'rule') shapes.push(ruleOf(layer, cell, colour));
    }
  }
  return shapes;
}

function spanOf([from, to], layer, cell, colour) {
  return {
    type: 'rect',
    layer: 'below',
    xref: 'x' + cell.suffix,
    yref: `y${cell.suffix} domain`,
    x0: from,
    x1: to,
    y0: 0,
    y1: 1,
    fillcolor: translucent(colour[layer.role], 0.22),
    // So that a minute of a month is seen.
    line: { width: 1, color: translucent(colour[layer.role], 0.45) },
  };
}

function ruleOf(layer, cell, colour) {
  const along = layer.at.x === undefined
    ? { xref: `x${cell.suffix} domain`, yref: 'y' + cell.suffix, x0: 0, x1: 1, y0: layer.at.y, y1: layer.at.y }
    : { xref: 'x' + cell.suffix, yref: `y${cell.suffix} domain`, x0: layer.at.x, x1: layer.at.x, y0: 0, y1: 1 };
  return { type: 'line', layer: 'below', ...along, line: { color: colour[layer.role], width: 1.5, dash: 'dash' } };
}

// Both axes of each cell, at what is shown of them now.
function axesOf(grid, colour) {
  const axes = {};
  for (const cell of grid.cells) {
    const first = grid.cells.find((other) => sharesTime(cell, other));
    const { left, top, width, height, suffix } = cell;
    const title = (text, room) => ({ text: plain(label(text, room)), font: { size: 12, color: colour.quiet }, standoff: 6 });
    axes['xaxis' + suffix] = {
      ...lookOf(cell.x, colour, ticksOver(width, 65)),
      domain: [left / grid.width, (left + width) / grid.width],
      anchor: 'y' + suffix,
      title: cell.named ? title(cell.x.label, width + 20) : { text: '' },
      showticklabels: cell.ticks,
      ...(first !== undefined && first !== cell ? { matches: 'x' + first.suffix } : {}),
    };
    axes['yaxis' + suffix] = {
      ...lookOf(cell.y, colour, ticksOver(height, 40)),
      domain: [1 - (top + height) / grid.height, 1 - top / grid.height],
      anchor: 'x' + suffix,
      title: title(cell.y.label, height + 24),
    };
  }
  return { ...axes, ...sliderAxes(grid, colour) };
}

// What stands in brackets after a name is left out before the name is cut.
function label(text, room) {
  const short = text.replace(/ \([^()]*\)$/, '');
  return fitted(widthOf(text, 12) <= room ? text : short, 12, room);
}

function sliderAxes(grid, colour) {
  if (grid.slider === null) return {};
  const { left, top, width, height, suffix, x, y } = grid.slider;
  const hidden = { showticklabels: false, ticks: '', showgrid: false, showline: false, zeroline: false };
  const look = { thickness: SLIDER / grid.height, bgcolor: colour.wash, bordercolor: colour.hair, borderwidth: 1 };
  const rangeslider = { visible: true, ...look, range: x.range, ['yaxis' + suffix]: { rangemode: 'fixed', range: y.range } };
  const [low, high] = y.range;
  const domain = [left / grid.width, (left + width) / grid.width];
  const flat = [1 - (top + height) / grid.height, 1 - top / grid.height];
  return {
    ['xaxis' + suffix]: { ...hidden, type: 'date', range: x.shown, domain, anchor: 'y' + suffix, matches: 'x', rangeslider },
    ['yaxis' + suffix]: { ...hidden, range: [high + 2 * (high - low), high + 3 * (high - low)], domain: flat, anchor: 'x' + suffix, fixedrange: true },
  };
}

function ticksOver(length, each) {
  return Math.max(4, length / each);
}

function lookOf(axis, colour, ticks) {
  return {
    type: { linear: 'linear', log: 'log', time: 'date' }[axis.scale],
    range: axis.shown,
    nticks: Math.round(ticks),
    ...(axis.scale === 'log' ? ticksOfLog(axis.shown, ticks) : {}),
    ticks: 'outside',
    ticklen: 4,
    tickcolor: colour.hair,
    tickfont: { size: 11, color: colour.quiet },
    tickangle: 0,
    gridcolor: colour.grid,
    linecolor: colour.hair,
    showline: true,
    zeroline: false,
    exponentformat: 'power',
    minexponent: 5,
    separatethousands: true,
  };
}

// Plotly's own ticks between powers of ten are too small to read. `from` and `to` are powers.
function ticksOfLog([from, to], most) {
  const span = to - from;
  const values = [];
  if (span < 1) {
    const rough = (10 ** to - 10 ** from) / most;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].find((times) => times * power >= rough) * power;
    const first = Math.ceil(10 ** from / step);
    for (let nth = first; nth * step <= 10 ** to && nth < first + 50; nth += 1) values.push(nth * step);
  } else {
    const firsts = span * 2 <= most ? [1, 2, 5] : [1];
    const step = Math.max(1, Math.ceil(span / most));
    for (let power = Math.ceil((from - 1) / step) * step; power <= to; power += step) values.push(...firsts.map((first) => first * 10 ** power));
  }
  const tickvals = values.filter((value) => value >= 10 ** from && value <= 10 ** to);
  return { tickmode: 'array', tickvals, ticktext: tickvals.map(tickText) };
}

// The ticks of logarithmic axes after a zoom, as changes of the layout.
function logTicks(grid) {
  const changes = {};
  for (const cell of grid.cells) {
    for (const [name, axis, room] of [['xaxis', cell.x, ticksOver(cell.width, 65)], ['yaxis', cell.y, ticksOver(cell.height, 40)]]) {
      const ticks = axis.scale === 'log' ? ticksOfLog(axis.shown, room) : {};
      for (const [key, value] of Object.entries(ticks)) changes[`${name}${cell.suffix}.${key}`] = value;
    }
  }
  return changes;
}
