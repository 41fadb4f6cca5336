
// Where panels lie, in pixels: known before anything is drawn, so that labels can be, too.

const RIGHT = 20;
const TITLE = 24;
const TICKS = 22;
// Dates stand in two lines.
const DATES = 38;
const AXIS_TITLE = 20;
const SLIDER = 26;

// The panels of a view over this width, each with its place, and the height of all.
function gridOf(view, width) {
  const isTime = view.panels.some((panel) => panel.x.scale === 'time');
  const least = isTime ? 240 : 320;
  const nColumns = Math.max(1, width < NARROW ? 1 : Math.min(view.n_columns, Math.floor(width / least)));
  const cells = view.panels.map((panel, nth) => ({
    panel,
    suffix: nth === 0 ? '' : String(nth + 1),
    row: Math.floor(nth / nColumns),
    column: nth % nColumns,
    x: axisOf(panel.x),
    y: axisOf(panel.y),
  }));
  // The numbers beside the y axes, their ticks, and the name.
  const beside = Math.min(Math.max(...cells.map((cell) => tickWidth(cell.y)), 38) + 32, 140);
  const heights = heightsOf(view, width, nColumns, isTime, beside);
  const step = width / nColumns;
  let top = 0;
  for (let row = 0; row < heights.length; row += 1) {
    const inRow = cells.filter((cell) => cell.row === row);
    for (const cell of inRow) Object.assign(cell, ticksOf(cell, cells, nColumns, view.panels.length));
    const above = inRow.some((cell) => cell.panel.title) ? TITLE : 10;
    const below = Math.max(
      ...inRow.map((cell) => 8 + (cell.ticks ? (isTime ? DATES : TICKS) : 0) + (cell.named ? AXIS_TITLE : 0)),
    );
    for (const cell of inRow) {
      cell.left = Math.round(cell.column * step) + beside;
      cell.width = Math.max(40, Math.floor(step) - beside - RIGHT);
      cell.top = top + above;
      cell.height = heights[row];
    }
    top += above + heights[row] + below;
  }
  const hasSlider = view.n_columns <= 1 && isTime;
  const slider = hasSlider
    ? { ...cells[0], suffix: String(cells.length + 1), top: top - 8, height: 1 }
    : null;
  return { cells, slider, width, height: top + (hasSlider ? SLIDER + 20 : 0), narrow: width < NARROW };
}

// The heights of rows. A column shares one by the shares of its panels; a grid has equal ones.
function heightsOf(view, width, nColumns, isTime, beside) {
  const n = view.panels.length;
  if (view.n_columns <= 1) {
    const one = isTime ? 300 : Math.min(Math.max(width * 0.52, 300), 540);
    const all = n === 1 ? one : Math.max(440, 110 * n);
    const sum = view.panels.reduce((sum, panel) => sum + panel.height, 0) || 1;
    return view.panels.map((panel) => Math.max(40, Math.round((all * panel.height) / sum)));
  }
  const inner = width / nColumns - beside - RIGHT;
  const height = isTime ? (nColumns > 3 ? 110 : 140) : Math.min(Math.max(inner * 0.85, 180), 420);
  return Array(Math.ceil(n / nColumns)).fill(Math.round(height));
}

// Below each other, panels over the same time need their ticks once only, unless they are many.
function ticksOf(cell, cells, nColumns, n) {
  const below = cells.some(
    (other) => other.column === cell.column && other.row > cell.row && sharesTime(cell, other),
  );
  const rows = Math.ceil(n / nColumns);
  return { ticks: !below || rows > 6, named: !below && cell.x.label !== '' };
}

function sharesTime(cell, other) {
  const [a, b] = [cell.x, other.x];
  return a.scale === 'time' && b.scale === 'time' && a.range[0] === b.range[0] && a.range[1] === b.range[1];
}

// An axis with its range as Plotly counts it: in powers of ten on a logarithmic scale.
function axisOf(axis) {
  const isLog = axis.scale === 'log';
  // The least positive number stands for what is none.
  const counted = (value) => (isLog ? Math.log10(Math.max(value, Number.MIN_VALUE)) : value);
  const utc = axis.scale === 'time' && !/\bUTC\b/.test(axis.label);
  return {
    scale: axis.scale,
    counted,
    given: axis.scale === 'time' ? timeOf : (value) => value,
    range: drawable(axis.range.map(counted)),
    label: utc ? `${axis.label} (UTC)`.trim() : axis.label,
  };
}

// Plotly fails over a range that is next to nothing.
function drawable([from, to]) {
  return to - from > 1e-300 ? [from, to] : [from - 1e-300, to + 1e-300];
}

// How wide the numbers beside an axis are, about: they have digits enough to tell one from the next.
function tickWidth(axis, [from, to] = axis.range) {
  if (axis.scale === 'time') return 66;
  if (axis.scale === 'log') return 38;
  const power = Math.floor(Math.log10(Math.max(Math.abs(from), Math.abs(to))));
  const digits = Math.min(Math.max(power - Math.floor(Math.log10((to - from) / 6)) + 1, 1), 17);
  const isPower = power >= 6 || power < -5;
  const whole = Math.max(power + 1, 1);
  const behind = isPower ? digits - 1 : Math.max(digits - power - 1, 0);
  const characters =
    (isPower ? 6 : whole + Math.floor((whole - 1) / 3) / 2) +
    (behind > 0 ? behind + 0.5 : 0) +
    (from < 0 ? 1 : 0);
  return Math.ceil(characters * 7);
}

// Where a value is, in pixels from the left or the top of the picture; not finite without a value.
function placeX(cell, value) {
  const [from, to] = cell.x.shown;
  return value === null ? NaN : cell.left + (cell.width * (cell.x.counted(value) - from)) / (to - from);
}

function placeY(cell, value) {
  const [from, to] = cell.y.shown;
  return value === null ? NaN : cell.top + cell.height * (1 - (cell.y.counted(value) - from) / (to - from));
}
