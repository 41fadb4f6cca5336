
// A figure on the page, with its tools, legend and rows.

const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  doubleClick: false,
  scrollZoom: false,
  showTips: false,
};
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
    this.buttons = make('div', { class: 'buttons', role: 'group', 'aria-label': 'Tools' });
    this.legend = make('div', { class: 'legend', role: 'group', 'aria-label': 'Legend' });
    this.plot = make('div', {
      class: 'plot',
      role: 'img',
      'aria-label': [figure.title, figure.facts].filter(Boolean).join('; '),
    });
    this.detail = make('div', { class: 'detail' });
    this.detail.hidden = true;
    this.addChoices();
    this.addButtons();
    box.append(
      this.choices,
      make('div', { class: 'bar' }, this.legend, this.buttons),
      this.plot,
      this.detail,
    );
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
    const width = widthOnPaper ?? Math.max(this.box.clientWidth, 240);
    this.width = this.box.clientWidth;
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
      hoverlabel: {
        bgcolor: colour.paper,
        bordercolor: colour.quiet,
        font: { family: FONT, size: 12, color: colour.ink },
        align: 'left',
        namelength: -1,
      },
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
    Plotly.relayout(this.plot, { annotations, ...ticksAfter(this.grid) });
  }

  shown(name, axis) {
    // Plotly gives times as texts, in UTC without saying so.
    const number = (value) =>
      typeof value === 'string'
        ? Date.parse(value.replace(' ', 'T') + (value.length > 10 ? 'Z' : ''))
        : value;
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
    for (const [name, button] of Object.entries(this.modes))
      button.setAttribute('aria-pressed', String(this.dragmode === name));
    Plotly.relayout(this.plot, { dragmode: this.dragmode });
  }

  // ---- tools ----

  addChoices() {
    const { views, details } = this.figure;
    if (views.length > 1) {
      const isTime = views.every((view) => view.panels.every((panel) => panel.x.scale === 'time'));
      const choose = choice(
        views.map((view) => view.name),
        (nth) => this.choose(nth),
      );
      this.choices.append(make('label', {}, isTime ? 'Series' : 'Axes', choose));
    }
    if (details.length > 0) {
      const names = details.slice(0, MOST_CHOICES).map((table) => table.title);
      this.choice = choice(['click a mark, or choose', ...names], (nth) =>
        nth === 0 ? this.close() : this.open(nth - 1),
      );
      this.choices.append(make('label', {}, 'Rows of', this.choice));
    }
  }

  addButtons() {
    const mode = (name, text, title) => {
      const it = button(text, () => this.drag(name), title);
      it.setAttribute('aria-pressed', String(this.dragmode === name));
      return it;
    };
    this.modes = {
      zoom: mode('zoom', 'Zoom', 'Drag over a part to enlarge it'),
      pan: mode('pan', 'Pan', 'Drag to move'),
    };
    const reset = button('Reset', () => this.reset(), 'Show all, as a double click does');
    const save = ['svg', 'png'].map((format) =>
      button(format.toUpperCase(), () => this.save(format), 'Save as a file'),
    );
    this.buttons.append(...Object.values(this.modes), reset, ...save);
  }

  choose(view) {
    this.view = view;
    this.restart();
  }

  // A file with title and legend, which stand beside the picture on the page.
  save(format) {
    const { data, layout, width, height } = pictureToSave(this);
    const name = this.figure.title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 60)
      .replace(/^-+|-+$/g, '');
    const filename = name || 'figure';
    return Plotly.downloadImage(
      { data, layout, config: CONFIG },
      { format, width, height, filename, scale: format === 'png' ? 2 : 1 },
    );
  }

  // ---- legend ----

  drawLegend(view) {
    const entries = legendOf(this.figure, view);
    const items = entries.map((entry) =>
      entry.kind === 'surface' ? scaleItem(entry, this.colour) : this.legendItem(entry),
    );
    const isNeeded =
      entries.length > 1 || entries.some((entry) => entry.kind === 'surface' || this.hidden.has(entry.key));
    const focused = this.legend.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : undefined;
    this.legend.replaceChildren(...(isNeeded ? items : []));
    if (focused !== undefined)
      [...this.legend.children].find((item) => item.dataset.key === focused)?.focus();
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
    Plotly.Fx.hover(
      this.plot,
      [{ curveNumber: found.curve, pointNumber: found.nth }],
      `x${found.cell.suffix}y${found.cell.suffix}`,
    );
    return false;
  }

  strongestAt(x, y) {
    let [found, least] = [null, 0];
    for (const [curve, place] of this.places.entries()) {
      if (place === null || LOOKS[place.cloud.role].rank < 2 || place.cloud.texts.length === 0) continue;
      for (let nth = 0; nth < place.x.length; nth += 1) {
        const far = Math.hypot(
          placeX(place.cell, place.x[nth]) - x,
          placeY(place.cell, place.y[nth] ?? null) - y,
        );
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
    const table = this.figure.details[detail];
    const head = make(
      'div',
      { class: 'bar' },
      make('strong', {}, table.title),
      button('Close', () => this.close()),
    );
    this.detail.replaceChildren(head, tableOf(table));
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
  const select = make(
    'select',
    { name: 'choice' },
    ...names.map((name, nth) => make('option', { value: String(nth) }, name)),
  );
  select.addEventListener('change', () => act(select.selectedIndex));
  return select;
}

function tableOf(table) {
  const longest = (nth) => Math.max(0, ...table.rows.map((row) => Array.from(row[nth] ?? '').length));
  const classes = table.header.map((_, nth) =>
    table.numeric[nth] ? 'number' : longest(nth) >= 40 ? 'code' : '',
  );
  const cells = (name, row, attributes) =>
    classes.map((it, nth) => make(name, { class: it, ...attributes }, row[nth] ?? ''));
  const head = make('thead', {}, make('tr', {}, ...cells('th', table.header, { scope: 'col' })));
  const body = make('tbody', {}, ...table.rows.map((row) => make('tr', {}, ...cells('td', row, {}))));
  const all = make('table', {}, make('caption', {}, table.title), head, body);
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': table.title }, all);
}
