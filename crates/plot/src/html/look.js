'use strict';

// How things look: roles, colours, texts.

// Of roles: the mark of a point, its diameter without one of its own, how strong it is, and which is
// drawn over which. What is odd is over all else.
const LOOKS = {
  common: { symbol: 'circle', size: 6, strength: 0.45, rank: 0 },
  rest: { symbol: 'circle', size: 5, strength: 0.6, rank: 0, line: 1 },
  season: { symbol: 'circle', size: 5, strength: 0.6, rank: 0, line: 1.25 },
  expected: { symbol: 'circle', size: 5, strength: 0.6, rank: 0, line: 1.5 },
  observed: { symbol: 'circle', size: 5, strength: 0.8, rank: 1, line: 1.1 },
  marked: { symbol: 'circle', size: 7, strength: 1, rank: 1, line: 1.5 },
  rare: { symbol: 'square', size: 8, strength: 0.9, rank: 2 },
  down: { symbol: 'triangle-down', size: 10, strength: 1, rank: 3 },
  up: { symbol: 'triangle-up', size: 10, strength: 1, rank: 4 },
  odd: { symbol: 'diamond', size: 10, strength: 1, rank: 5 },
};
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
// From here on one column is all that there is room for.
const NARROW = 600;

// The colours that the style sheet has now, by name.
function colours() {
  const style = getComputedStyle(document.documentElement);
  const names = ['paper', 'wash', 'ink', 'quiet', 'hair', 'grid', ...Object.keys(LOOKS)];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue('--' + name).trim()]));
}

function channels(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function translucent(hex, strength) {
  return `rgba(${channels(hex).join(', ')}, ${strength})`;
}

// A share of one colour in another.
function mixed(hex, other, share) {
  const [a, b] = [channels(hex), channels(other)];
  return `rgb(${a.map((channel, nth) => Math.round(channel * share + b[nth] * (1 - share))).join(', ')})`;
}

// From the oddest to the most usual, pale in between.
function scaleOfOddness(colour) {
  const stops = [
    [0, colour.odd, 0.6],
    [0.25, colour.odd, 0.36],
    [0.5, colour.odd, 0.08],
    [0.5, colour.common, 0.06],
    [1, colour.common, 0.45],
  ];
  return stops.map(([at, hex, share]) => [at, mixed(hex, colour.paper, share)]);
}

// Plotly reads a few tags and entities in what it writes. Every text of data goes through here, and
// comes out as it is.
function plain(text) {
  return String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

// Lines of at most so many characters, broken anywhere, for a box beside a point.
function wrapped(text, most) {
  const lines = String(text)
    .split('\n')
    .flatMap((line) => {
      const characters = Array.from(line);
      const parts = [];
      for (let at = 0; at === 0 || at < characters.length; at += most) {
        parts.push(characters.slice(at, at + most).join(''));
      }
      return parts;
    });
  return lines.map(plain).join('<br>');
}

const measuring = document.createElement('canvas').getContext('2d');

// How wide a text is, in pixels.
function widthOf(text, size) {
  measuring.font = `${size}px ${FONT}`;
  return measuring.measureText(text).width;
}

// As much of a text as fits.
function fitted(text, size, room) {
  if (widthOf(text, size) <= room) return text;
  const characters = Array.from(text);
  let [fits, most] = [0, characters.length];
  while (fits < most) {
    const middle = Math.ceil((fits + most) / 2);
    if (widthOf(characters.slice(0, middle).join('') + '…', size) <= room) fits = middle;
    else most = middle - 1;
  }
  return fits === 0 ? '' : characters.slice(0, fits).join('') + '…';
}

// A number beside an axis, in Plotly's own tags.
function tickText(value) {
  const power = Math.floor(Math.log10(value) + 1e-9);
  if (power >= -4 && power < 6)
    return String(Number(value.toPrecision(5))).replace(/(\d)(?=(\d{3})+$)/g, '$1\u202f');
  const first = Number((value / 10 ** power).toPrecision(3));
  return `${first === 1 ? '' : first + '×'}10<sup>${power}</sup>`;
}

// A time as Plotly has to get it: of a number it would show what a local clock had shown then, a text
// it takes as it stands.
function timeOf(value) {
  const date = new Date(value ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().slice(0, 23).replace('T', ' ');
}

// An element with attributes and children; texts become text.
function make(name, attributes = {}, ...children) {
  const svg = name === 'svg' || name === 'path';
  const element = svg
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}
