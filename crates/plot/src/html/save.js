
// A picture as a file of its own.

// A figure for Plotly to draw: with its own title and legend, without the slider.
function pictureToSave({ figure, view, hidden, grid, colour, plot }) {
  const hasSlider = grid.slider !== null;
  const [top, bottom] = [64, hasSlider ? 16 : 56];
  const size = { width: grid.width, height: grid.height + top + bottom };
  const y = (hasSlider ? SLIDER + 14 : -8) / grid.height;
  const data = plot.data.filter((trace) => !hasSlider || trace.xaxis !== 'x' + grid.slider.suffix);
  const layout = {
    ...plot.layout,
    ...size,
    margin: { l: 0, r: 0, t: top, b: bottom, pad: 0, autoexpand: false },
  };
  for (const axis of hasSlider ? ['xaxis', 'yaxis'] : []) delete layout[axis + grid.slider.suffix];
  const legend = {
    orientation: 'h',
    traceorder: 'normal',
    x: 16 / grid.width,
    y,
    yanchor: 'top',
    font: { size: 12 },
  };
  const all = { ...layout, title: titleToSave(figure, grid, size, colour), showlegend: true, legend };
  const shown = legendOf(figure, figure.views[view]).filter(
    ({ key, kind }) => !hidden.has(key) && kind !== 'surface',
  );
  return {
    data: forFile([
      ...data.map((trace) => withScale(trace, y, grid)),
      ...shown.map((entry) => entryToSave(entry, colour)),
    ]),
    layout: forFile(all),
    ...size,
  };
}

// On their way into a file, texts lose a layer of entities; so they get one more.
function forFile(value, key = '') {
  if (typeof value === 'string')
    return key === 'text' || key === 'name' ? value.replaceAll('&', '&amp;') : value;
  if (Array.isArray(value) && value.some((it) => typeof it === 'object'))
    return value.map((it) => forFile(it));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, forFile(it, name)]));
}

function titleToSave(figure, grid, size, colour) {
  const text = (of, font) => plain(fitted(of, font, grid.width - 32));
  const subtitle = { text: text(figure.facts, 12), font: { size: 12, color: colour.quiet } };
  return {
    text: text(figure.title, 17),
    subtitle,
    font: { size: 17 },
    x: 16 / grid.width,
    y: 1 - 14 / size.height,
    yanchor: 'top',
  };
}

function withScale(trace, y, grid) {
  if (trace.colorscale === undefined || trace.xaxis !== 'x') return trace;
  const place = { orientation: 'h', x: 1 - 60 / grid.width, xanchor: 'right', y, yanchor: 'top' };
  const colorbar = {
    ...place,
    thickness: 10,
    len: 180,
    lenmode: 'pixels',
    outlinewidth: 0,
    tickvals: [trace.zmin, trace.zmax],
    ticktext: ['odd', 'usual'],
  };
  return { ...trace, showscale: true, colorbar };
}

// A trace of nothing, for the legend.
function entryToSave({ kind, name, role, isDot }, colour) {
  const strength = kind === 'points' ? Math.max(0.6, LOOKS[role].strength) : 0.3;
  return {
    type: 'scatter',
    x: [null],
    y: [null],
    showlegend: true,
    name: plain(name),
    mode: kind === 'line' ? 'lines' : 'markers',
    line: { color: colour[role], width: 2 },
    marker: {
      symbol: kind === 'points' ? LOOKS[role].symbol : 'square',
      size: isDot ? 4 : 10,
      color: translucent(colour[role], strength),
    },
  };
}
