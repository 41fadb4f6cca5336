
// A figure on the page, with its tools, legend and rows.

const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: false, scrollZoom: false, showTips: false };
// Choices of rows in a list; more are reached by their points only.
const MOST_CHOICES = 500;

// While the page is printed, the width of its pictures.
let widthOnPaper = null;

class Picture {
  constructor(box, figure) {
    this.box = box;
    this.figure = figure;
    this.view = 0;
    this.hidden = new Set();
    // What is shown of an axis, by its name, where that is not its whole range.
    this.zoom = new Map();
    // With fingers one rather scrolls the page.
    this.dragmode = matchMedia('(pointer: coarse)').matches ? false : 'zoom';
    this.width = 0;
    this.choices = make('div', { class: 'choices' });
    this.buttons = make('div', { class: 'buttons' });
    this.legend = make('div', { class: 'legend' });
    this.plot = make('div', { class: 'plot', role: 'img', 'aria-label': [figure.title, figure.facts].filter(Boolean).join('; ') });
    this.detail = make('div', { class: 'detail' });
    this.detail.hidden = true;
    this.addChoices();
    this.addButtons();
    box.append(this.choices, make('div', { class: 'bar' }, this.legend, this.buttons), this.plot, this.detail);
    this.restart();
    new ResizeObserver(() => this.resized()).observe(box);
  }

  // ---- drawing ----

  // From nothing: another view has other axes.
  restart() {
    if (this.plot.data !== undefined) Plotly.purge(this.plot);
    this.zoom.clear();
    this.draw();
    this.plot.on('plotly_relayout', (changes) => this.relaid(changes));
    this.plot.on('plotly_doubleclick', () => this.reset());
    this.plot.on('plotly_beforehover', (event) => this.pointed(event));
    this.plot.on('plotly_click', (event) => this.clicked(event));
  }

  // All as it is now: width, colours, zoom, what is hidden.
  draw() {
    const width = widthOnPaper ?? this.box.clientWidth;
    this.width = width;
    const view = this.figure.views[this.view];
    this.colour = colours();
    this.grid = gridOf(view, width);
    for (const cell of this.grid.cells) {
      cell.x.shown = this.zoom.get('xaxis' + cell.suffix) ?? cell.x.range;
      cell.y.shown = this.zoom.get('yaxis' + cell.suffix) ?? cell.y.range;
    }
    const { data, places } = tracesOf(this.figure, this.grid, this.hidden, this.colour);
    this.places = places;
    Plotly.react(this.plot, data, this.layout(), CONFIG);
    this.drawLegend(view);
  }

  layout() {
    const { figure, grid, hidden, colour } = this;
    return {
      width: grid.width,
      height: grid.height,
      margin: { l: 0, r: 0, t: 0, b: 0, pad: 0, autoexpand: false },
      paper_bgcolor: colour.paper,
      plot_bgcolor: colour.paper,
      font: { family: FONT, size: 12, color: colour.ink },
      separators: '.\u202f',
      hovermode: 'closest',
      hoverlabel: { bgcolor: colour.paper, bordercolor: colour.quiet, font: { family: FONT, size: 12, color: colour.ink }, align: 'left' },
      dragmode: this.dragmode,
      showlegend: false,
      ...axesOf(grid, colour),
      shapes: shapesOf(figure, grid, hidden, colour),
      annotations: annotationsOf(figure, grid, hidden, colour),
    };
  }

  resized() {
    if (this.box.clientWidth !== this.width && this.box.clientWidth > 0 && widthOnPaper === null) this.draw();
  }

  // ---- zoom ----

  // After a zoom other words have room.
  relaid(changes) {
    if (!Object.keys(changes).some((key) => /^[xy]axis\d*\.(auto)?range/.test(key))) return;
    for (const cell of this.grid.cells) {
      cell.x.shown = this.shown('xaxis' + cell.suffix, cell.x);
      cell.y.shown = this.shown('yaxis' + cell.suffix, cell.y);
    }
    const annotations = annotationsOf(this.figure, this.grid, this.hidden, this.colour);
    Plotly.relayout(this.plot, { annotations, ...logTicks(this.grid) });
  }

  shown(name, axis) {
    // Plotly gives times as texts, in UTC without saying so.
    const number = (value) => (typeof value === 'string' ? Date.parse(value.replace(' ', 'T') + (value.length > 10 ? 'Z' : '')) : value);
    const range = (this.plot.layout[name]?.range ?? []).map(number);
    if (range.length !== 2 || !range.every(Number.isFinite)) return axis.range;
    this.zoom.set(name, range);
    return range;
  }

  reset() {
    this.zoom.clear();
    this.draw();
  }

  drag(mode) {
    this.dragmode = this.dragmode === mode ? false : mode;
    for (const [name, button] of Object.entries(this.modes)) button.setAttribute('aria-pressed', String(this.dragmode === name));
    Plotly.relayout(this.plot, { dragmode: this.dragmode });
  }

  // ---- tools ----

  addChoices() {
    const { views, details } = this.figure;
    if (views.length > 1) {
      const isTime = views.every((view) => view.panels.every((panel) => panel.x.scale === 'time'));
      const choose = choice(views.map((view) => view.name), (nth) => this.choose(nth));
      this.choices.append(make('label', {}, isTime ? 'Series' : 'Axes', choose));
    }
    if (details.length > 0) {
      const names = details.slice(0, MOST_CHOICES).map((table) => table.title);
      this.choice = choice(['click a mark, or choose', ...names], (nth) => (nth === 0 ? this.close() : this.open(nth - 1)));
      this.choices.append(make('label', {}, 'Rows of', this.choice));
    }
  }

  addButtons() {
    const mode = (name, text, title) => {
      const it = button(text, () => this.drag(name), title);
      it.setAttribute('aria-pressed', String(this.dragmode === name));
      return it;
    };
    this.modes = { zoom: mode('zoom', 'Zoom', 'Drag over a part to enlarge it'), pan: mode('pan', 'Pan', 'Drag to move') };
    const reset = button('Reset', () => this.reset(), 'Show all, as a double click does');
    const save = ['svg', 'png'].map((format) => button(format.toUpperCase(), () => this.save(format), 'Save as a file'));
    this.buttons.append(...Object.values(this.modes), reset, ...save);
  }

  choose(view) {
    this.view = view;
    this.restart();
  }

  // A file with title and legend, which stand beside the picture on the page.
  save(format) {
    const { data, layout, width, height } = pictureToSave(this);
    const name = this.figure.title.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60).replace(/^-+|-+$/g, '');
    const filename = name || 'figure';
    return Plotly.downloadImage({ data, layout, config: CONFIG }, { format, width, height, filename, scale: format === 'png' ? 2 : 1 });
  }

  // ---- legend ----

  drawLegend(view) {
    const entries = legendOf(this.figure, view);
    const items = entries.map((entry) => (entry.kind === 'surface' ? scaleItem(entry, this.colour) : this.legendItem(entry)));
    const isNeeded = entries.length > 1 || entries.some((entry) => entry.kind === 'surface' || this.hidden.has(entry.key));
    const focused = this.legend.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    this.legend.replaceChildren(...(isNeeded ? items : []));
    if (focused !== undefined) [...this.legend.children].find((item) => item.dataset.key === focused)?.focus();
  }

  legendItem(entry) {
    const { kept, points } = entry;
    const note = kept < points ? ` (${kept} of ${points} drawn)` : '';
    const item = button('', () => this.toggle(entry.key));
    item.dataset.key = entry.key;
    item.setAttribute('aria-pressed', String(!this.hidden.has(entry.key)));
    item.append(swatch(entry, this.colour), entry.name + note);
    return item;
  }

  toggle(key) {
    if (!this.hidden.delete(key)) this.hidden.add(key);
    this.draw();
  }

  // ---- points ----

  // Of marks that lie on each other Plotly takes the smallest; what is odd comes first here.
  pointed(event) {
    const box = this.plot.getBoundingClientRect();
    const found = this.strongestAt(event.clientX - box.left, event.clientY - box.top);
    if (found === null) return true;
    Plotly.Fx.hover(this.plot, [{ curveNumber: found.curve, pointNumber: found.nth }], `x${found.cell.suffix}y${found.cell.suffix}`);
    return false;
  }

  strongestAt(x, y) {
    let [found, least] = [null, 0];
    for (const [curve, place] of this.places.entries()) {
      if (place === null || LOOKS[place.cloud.role].rank < 2 || place.cloud.texts.length === 0) continue;
      const trace = this.plot.data[curve];
      for (let nth = 0; nth < trace.x.length; nth += 1) {
        const far = Math.hypot(placeX(place.cell, trace.x[nth]) - x, placeY(place.cell, trace.y[nth]) - y);
        const over = far - half(place.cloud, nth);
        if (over <= least) [found, least] = [{ curve, nth, cell: place.cell }, over];
      }
    }
    return found;
  }

  clicked(event) {
    const [point] = event.points ?? [];
    const place = point === undefined ? null : this.places[point.curveNumber];
    if (place === null || place === undefined) return;
    const nth = place.kept === null ? point.pointNumber : place.kept[point.pointNumber];
    const detail = place.cloud.details[nth];
    if (this.figure.details[detail] !== undefined) this.open(detail);
  }

  open(detail) {
    const close = button('Close', () => this.close());
    close.className = 'close';
    this.detail.replaceChildren(close, tableOf(this.figure.details[detail]));
    this.detail.hidden = false;
    this.choice.selectedIndex = detail < MOST_CHOICES ? detail + 1 : 0;
    this.detail.scrollIntoView({ block: 'nearest' });
  }

  close() {
    this.detail.hidden = true;
    this.detail.replaceChildren();
    if (this.choice !== undefined) this.choice.selectedIndex = 0;
  }
}

function button(text, act, title) {
  const element = make('button', title === undefined ? { type: 'button' } : { type: 'button', title }, text);
  element.addEventListener('click', act);
  return element;
}

function choice(names, act) {
  const select = make('select', { name: 'choice' }, ...names.map((name, nth) => make('option', { value: String(nth) }, name)));
  select.addEventListener('change', () => act(select.selectedIndex));
  return select;
}

// What a view shows, each name once: points first, the oddest before others.
function legendOf(figure, view) {
  const entries = new Map();
  for (const layer of view.panels.flatMap((panel) => panel.layers).filter((layer) => layer.kind !== 'rule')) {
    const key = keyOf(layer, figure);
    const cloud = layer.kind === 'points' ? figure.clouds[layer.cloud] : null;
    const points = cloud === null ? 0 : Math.max(0, ...cloud.columns.map((column) => column.length));
    const kept = cloud === null ? 0 : keptOf(cloud, view.panels.length)?.length ?? points;
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
  const mark = { d: isDot ? SWATCHES.dot : SWATCHES[look.symbol], fill: translucent(hex, look.strength), ...common };
  return make('svg', { viewBox: '0 0 18 14', 'aria-hidden': 'true' }, make('path', { points: mark, line }[kind] ?? area));
}

// The colours of a surface, between two words.
function scaleItem(entry, colour) {
  const bar = make('i');
  const stops = scaleOfOddness(colour).map(([at, rgb]) => `${rgb} ${at * 100}%`);
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  return make('span', { class: 'scale' }, entry.name + ': odd', bar, 'usual');
}

function tableOf(table) {
  const longest = (nth) => Math.max(0, ...table.rows.map((row) => Array.from(row[nth] ?? '').length));
  const classes = table.header.map((_, nth) => (table.numeric[nth] ? 'number' : longest(nth) >= 40 ? 'code' : ''));
  const cells = (name, row, attributes) => classes.map((it, nth) => make(name, { class: it, ...attributes }, row[nth] ?? ''));
  const head = make('thead', {}, make('tr', {}, ...cells('th', table.header, { scope: 'col' })));
  const body = make('tbody', {}, ...table.rows.map((row) => make('tr', {}, ...cells('td', row, {}))));
  const all = make('table', {}, make('caption', {}, table.title), head, body);
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': table.title }, all);
}

// A figure for Plotly to draw into a file: with its own title and legend, without the slider.
function pictureToSave({ figure, view, hidden, grid, colour, plot }) {
  const hasSlider = grid.slider !== null;
  const [top, bottom] = [64, hasSlider ? 16 : 56];
  const size = { width: grid.width, height: grid.height + top + bottom };
  const y = (hasSlider ? SLIDER + 14 : -8) / grid.height;
  const data = plot.data.filter((trace) => !hasSlider || trace.xaxis !== 'x' + grid.slider.suffix);
  const layout = { ...plot.layout, ...size, margin: { l: 0, r: 0, t: top, b: bottom, pad: 0, autoexpand: false } };
  for (const axis of hasSlider ? ['xaxis', 'yaxis'] : []) delete layout[axis + grid.slider.suffix];
  const legend = { orientation: 'h', traceorder: 'normal', x: 16 / grid.width, y, yanchor: 'top', font: { size: 12 } };
  const all = { ...layout, title: titleToSave(figure, grid, size, colour), showlegend: true, legend };
  const shown = legendOf(figure, figure.views[view]).filter(({ key, kind }) => !hidden.has(key) && kind !== 'surface');
  return { data: forFile([...data.map((trace) => withScale(trace, y, grid)), ...shown.map((entry) => entryToSave(entry, colour))]), layout: forFile(all), ...size };
}

// On their way into a file, texts lose a layer of entities; so they get one more.
function forFile(value, key = '') {
  if (typeof value === 'string') return key === 'text' || key === 'name' ? value.replaceAll('&', '&amp;') : value;
  if (Array.isArray(value) && value.some((it) => typeof it === 'object')) return value.map((it) => forFile(it));
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, forFile(it, name)]));
}

function titleToSave(figure, grid, size, colour) {
  const text = (of, font) => plain(fitted(of, font, grid.width - 32));
  const subtitle = { text: text(figure.facts, 12), font: { size: 12, color: colour.quiet } };
  return { text: text(figure.title, 17), subtitle, font: { size: 17 }, x: 16 / grid.width, y: 1 - 14 / size.height, yanchor: 'top' };
}

function withScale(trace, y, grid) {
  if (trace.colorscale === undefined || trace.xaxis !== 'x') return trace;
  const place = { orientation: 'h', x: 1 - 60 / grid.width, xanchor: 'right', y, yanchor: 'top' };
  const colorbar = { ...place, thickness: 10, len: 180, lenmode: 'pixels', outlinewidth: 0, tickvals: [trace.zmin, trace.zmax], ticktext: ['odd', 'usual'] };
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
    marker: { symbol: kind === 'points' ? LOOKS[role].symbol : 'square', size: isDot ? 4 : 10, color: translucent(colour[role], strength) },
  };
}
