
// Axes: titles, ticks, and the range slider.

// Both axes of each cell, at what is shown of them now.
function axesOf(grid, colour) {
  const axes = {};
  for (const cell of grid.cells) {
    const first = grid.cells.find((other) => sharesTime(cell, other));
    const { left, top, width, height, suffix } = cell;
    const title = (text, room) => ({
      text: plain(label(text, room)),
      font: { size: 12, color: colour.quiet },
      standoff: 6,
    });
    axes['xaxis' + suffix] = {
      ...lookOf(cell.x, colour, ticksAlong(cell.x, width)),
      domain: [left / grid.width, (left + width) / grid.width],
      anchor: 'y' + suffix,
      title: cell.named ? title(cell.x.label, width + 20) : { text: '' },
      showticklabels: cell.ticks,
      ...(first !== undefined && first !== cell ? { matches: 'x' + first.suffix } : {}),
    };
    axes['yaxis' + suffix] = {
      ...lookOf(cell.y, colour, ticksUp(height)),
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
  const look = {
    thickness: SLIDER / grid.height,
    bgcolor: colour.wash,
    bordercolor: colour.hair,
    borderwidth: 1,
  };
  const rangeslider = {
    visible: true,
    ...look,
    range: x.range.map(x.given),
    ['yaxis' + suffix]: { rangemode: 'fixed', range: y.range },
  };
  const [low, high] = y.range;
  const domain = [left / grid.width, (left + width) / grid.width];
  const flat = [1 - (top + height) / grid.height, 1 - top / grid.height];
  return {
    ['xaxis' + suffix]: {
      ...hidden,
      type: 'date',
      range: x.shown.map(x.given),
      domain,
      anchor: 'y' + suffix,
      matches: 'x',
      rangeslider,
    },
    ['yaxis' + suffix]: {
      ...hidden,
      range: [high + (high - low), high + 1.001 * (high - low)],
      domain: flat,
      anchor: 'x' + suffix,
      fixedrange: true,
    },
  };
}

function ticksAlong(axis, length) {
  return Math.max(2, length / (tickWidth(axis, axis.shown) + 14));
}

function ticksUp(length) {
  return Math.max(4, length / 40);
}

function lookOf(axis, colour, ticks) {
  return {
    type: { linear: 'linear', log: 'log', time: 'date' }[axis.scale],
    range: axis.shown.map(axis.given),
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
    hoverformat: axis.scale === 'time' ? '%Y-%m-%d %H:%M:%S UTC' : '.6~g',
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
    for (let power = Math.ceil((from - 1) / step) * step; power <= to; power += step)
      values.push(...firsts.map((first) => first * 10 ** power));
  }
  const tickvals = values.filter((value) => value >= 10 ** from && value <= 10 ** to);
  return { tickmode: 'array', tickvals, ticktext: tickvals.map(tickText) };
}

// The ticks after a zoom, as changes of the layout.
function ticksAfter(grid) {
  const changes = {};
  for (const cell of grid.cells) {
    for (const [name, axis, most] of [
      ['xaxis', cell.x, ticksAlong(cell.x, cell.width)],
      ['yaxis', cell.y, ticksUp(cell.height)],
    ]) {
      const ticks = axis.scale === 'log' ? ticksOfLog(axis.shown, most) : { nticks: Math.round(most) };
      for (const [key, value] of Object.entries(ticks)) changes[`${name}${cell.suffix}.${key}`] = value;
    }
  }
  return changes;
}
