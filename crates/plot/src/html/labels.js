
// Words in the picture: titles of panels, words of rules, and beside points as many as fit without
// covering each other or a mark that matters.

const WORD = 11;
const LINE = 15;
// Room for each word beside a point, in square pixels.
const ROOM = 9000;
const MOST_MARKS = 5000;
// What it may not cost to cover marks: the word of an odd one, and of a common one.
const STRONG = 1e6;
const WEAK = 20;

function annotationsOf(figure, grid, hidden, colour) {
  return grid.cells.flatMap((cell) => {
    const layers = cell.panel.layers.filter((layer) => !hidden.has(keyOf(layer, figure)));
    const points = layers.filter((layer) => layer.kind === 'points');
    const rules = layers.filter((layer) => layer.kind === 'rule');
    const marks = [...marksOf(points, figure, cell), ...rules.flatMap((layer) => marksAlong(layer, cell))];
    for (const layer of layers.filter((layer) => layer.kind === 'line')) marks.push(...marksOn(layer, cell));
    const taken = [];
    const words = rules.map((layer) => ruleWord(layer, cell, marks, taken, colour));
    words.push(...pointWords(points, figure, cell, marks, taken, colour));
    return [...titleOf(cell, colour), ...words.filter((word) => word !== null)];
  });
}

function titleOf(cell, colour) {
  if (!cell.panel.title) return [];
  const text = plain(fitted(cell.panel.title, 12, cell.width));
  const place = { xref: `x${cell.suffix} domain`, yref: `y${cell.suffix} domain`, x: 0, y: 1 };
  const beside = { xanchor: 'left', yanchor: 'bottom', yshift: 2, showarrow: false };
  return [{ ...place, ...beside, text, font: { size: 12, color: colour.ink } }];
}

// Where marks are, each with half its width and what it costs to cover it: what is odd or rare never is.
function marksOf(points, figure, cell) {
  const marks = [];
  const rank = (layer) => LOOKS[figure.clouds[layer.cloud].role].rank;
  for (const layer of [...points].sort((a, b) => rank(b) - rank(a))) {
    const cloud = figure.clouds[layer.cloud];
    const [xs, ys] = [cloud.columns[layer.x] ?? [], cloud.columns[layer.y] ?? []];
    for (let nth = 0; nth < xs.length && marks.length < MOST_MARKS; nth += 1) {
      const [x, y] = [placeX(cell, xs[nth]), placeY(cell, ys[nth] ?? null)];
      if (isInside({ left: x, right: x, top: y, bottom: y }, cell))
        marks.push([x, y, half(cloud, nth), rank(layer) < 2 ? half(cloud, nth) : STRONG]);
    }
  }
  return marks;
}

// Of a line what it is drawn through, of a rule as many places: words keep off both if they can.
function marksOn(layer, cell) {
  const every = Math.ceil(layer.x.length / 1000);
  const places = layer.x.map((x, nth) =>
    nth % every === 0 ? [placeX(cell, x), placeY(cell, layer.y[nth] ?? null), 1, 1] : null,
  );
  return places.filter((place) => place !== null);
}

function marksAlong(layer, cell) {
  const shares = Array.from({ length: 50 }, (_, nth) => (nth + 0.5) / 50);
  const [x, y] = [placeX(cell, layer.at.x ?? null), placeY(cell, layer.at.y ?? null)];
  return shares.map((share) => [
    Number.isFinite(x) ? x : cell.left + share * cell.width,
    Number.isFinite(y) ? y : cell.top + share * cell.height,
    1,
    1,
  ]);
}

function half(cloud, nth) {
  return (cloud.sizes[nth] ?? LOOKS[cloud.role].size) / 2;
}

function isInside(box, cell) {
  return (
    box.left >= cell.left &&
    box.right <= cell.left + cell.width &&
    box.top >= cell.top &&
    box.bottom <= cell.top + cell.height
  );
}

function covers(box, [x, y, half]) {
  return box.left < x + half && box.right > x - half && box.top < y + half && box.bottom > y - half;
}

function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

function boxAt(left, top, width) {
  return { left, top, right: left + width, bottom: top + LINE };
}

// The first of the best boxes: inside, on no other word, on the fewest marks.
function bestOf(boxes, cell, marks, taken) {
  let [best, fewest] = [null, Infinity];
  for (const box of boxes.filter(
    (box) => isInside(box, cell) && !taken.some((other) => overlap(box, other)),
  )) {
    const cost = marks.reduce((sum, mark) => (covers(box, mark) ? sum + mark[3] : sum), 0);
    if (cost < fewest) [best, fewest] = [box, cost];
  }
  return { best, fewest };
}

// At an end of its line, over or under it.
function ruleWord(layer, cell, marks, taken, colour) {
  const text = fitted(layer.text, WORD, cell.width * 0.6);
  const width = widthOf(text, WORD) + 6;
  const { left, top } = cell;
  const [right, bottom] = [left + cell.width, top + cell.height];
  const [x, y] = [placeX(cell, layer.at.x ?? null), placeY(cell, layer.at.y ?? null)];
  const boxes = Number.isFinite(y)
    ? [right - width - 2, left + 2].flatMap((at) => [boxAt(at, y - LINE - 1, width), boxAt(at, y + 2, width)])
    : [top + 1, bottom - LINE - 1].flatMap((at) => [
        boxAt(x + 3, at, width),
        boxAt(x - width - 3, at, width),
      ]);
  const isSeen = Number.isFinite(y) ? y >= top && y <= bottom : x >= left && x <= right;
  const { best } = isSeen && text !== '' ? bestOf(boxes, cell, marks, taken) : { best: null };
  if (best === null) return null;
  taken.push(best);
  return wordAt(best, text, cell, colour.ink, colour);
}

// The strongest clouds first, and in each the order that it has.
function pointWords(points, figure, cell, marks, taken, colour) {
  const rank = (layer) => LOOKS[figure.clouds[layer.cloud].role].rank;
  const words = [];
  // A word that many have tells them not apart.
  const said = new Set();
  let room = Math.floor((cell.width * cell.height) / (cell.width < 400 ? 1.4 * ROOM : ROOM));
  for (const layer of [...points].sort((a, b) => rank(b) - rank(a))) {
    const cloud = figure.clouds[layer.cloud];
    for (const [nth, full] of cloud.labels) {
      if (room <= 0) return words;
      const x = placeX(cell, cloud.columns[layer.x]?.[nth] ?? null);
      const y = placeY(cell, cloud.columns[layer.y]?.[nth] ?? null);
      if (!isInside({ left: x, right: x, top: y, bottom: y }, cell)) continue;
      const text = fitted(full, WORD, Math.min(220, cell.width * 0.5));
      // Of a short word nothing may be missing, a time for one.
      if (said.has(text) || text === '' || (text !== full && full.length <= 24)) continue;
      const { best, fewest } = bestOf(
        boxesBeside(x, y, half(cloud, nth) + 2, widthOf(text, WORD) + 6),
        cell,
        marks,
        taken,
      );
      if (best === null || fewest >= (rank(layer) < 2 ? WEAK : STRONG)) continue;
      said.add(text);
      taken.push(best);
      room -= 1;
      words.push(wordAt(best, text, cell, colour.ink, colour));
    }
  }
  return words;
}

function boxesBeside(x, y, off, width) {
  const middle = y - LINE / 2;
  return [
    boxAt(x + off, middle, width),
    boxAt(x - off - width, middle, width),
    boxAt(x - width / 2, y - off - LINE, width),
    boxAt(x - width / 2, y + off, width),
    boxAt(x + off * 0.7, y - off * 0.7 - LINE, width),
    boxAt(x + off * 0.7, y + off * 0.7, width),
    boxAt(x - off * 0.7 - width, y - off * 0.7 - LINE, width),
    boxAt(x - off * 0.7 - width, y + off * 0.7, width),
  ];
}

// Tied to the axes, so that it moves with the points as they are dragged.
function wordAt(box, text, cell, color, colour) {
  const share = (at, from, size, [low, high]) => low + ((at - from) / size) * (high - low);
  return {
    xref: 'x' + cell.suffix,
    yref: 'y' + cell.suffix,
    x: cell.x.given(share((box.left + box.right) / 2, cell.left, cell.width, cell.x.shown)),
    y: share(cell.top + cell.height - (box.top + box.bottom) / 2, 0, cell.height, cell.y.shown),
    text: plain(text),
    font: { size: WORD, color },
    bgcolor: translucent(colour.paper, 0.7),
    borderpad: 0,
    showarrow: false,
  };
}
