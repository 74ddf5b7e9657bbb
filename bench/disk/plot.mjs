/*
 * The cost of training as a picture: seconds of an iteration over pairs, both logarithmic, beside a line of slope one.
 */
const SIZE = { width: 640, height: 400 };
const BOX = { left: 70, right: 610, top: 40, bottom: 340 };
/** Colours that differ in lightness too, and shapes, so that the picture does not depend on colour. */
const STYLES = {
  memory: { colour: "#0b6e99", label: "pairs in memory" },
  disk: { colour: "#b4540a", label: "pairs on disk" },
};

/**
 * @param series  { memory, disk }: lists of { pairs, seconds }, ascending
 * @returns an SVG document
 */
export function plot(series) {
  const points = Object.values(series).flat();
  const x = scale(
    points.map(({ pairs }) => pairs),
    BOX.left,
    BOX.right,
  );
  const y = scale(
    points.map(({ seconds }) => seconds),
    BOX.bottom,
    BOX.top,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="sans-serif" font-size="12">
<title>Seconds of an iteration, rank 10, two workers, by number of pairs</title>
<rect width="100%" height="100%" fill="#fff"/>
${x.decades.map((value) => verticalLine(x.at(value), `${pairsText(value)}`)).join("\n")}
${y.decades.map((value) => horizontalLine(y.at(value), `${value} s`)).join("\n")}
${proportional(points, x, y)}
${Object.entries(series)
  .map(([name, list], n) => line(list, x, y, STYLES[name], n))
  .join("\n")}
<text x="${(BOX.left + BOX.right) / 2}" y="${SIZE.height - 16}" text-anchor="middle">pairs</text>
<text x="${BOX.left}" y="22">seconds of an iteration (rank 10, two workers); dashed: in proportion to pairs</text>
</svg>
`;
}

/** A logarithmic scale over whole decades. */
function scale(values, from, to) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const at = (value) => round(from + ((Math.log10(value) - low) / (high - low)) * (to - from));
  const decades = Array.from({ length: high - low + 1 }, (_, n) => Number(`1e${low + n}`));
  return { at, decades, first: decades[0], last: decades.at(-1) };
}

function verticalLine(at, text) {
  return `<path d="M${at} ${BOX.top}V${BOX.bottom}" stroke="#ddd"/><text x="${at}" y="${BOX.bottom + 18}" text-anchor="middle">${text}</text>`;
}

function horizontalLine(at, text) {
  return `<path d="M${BOX.left} ${at}H${BOX.right}" stroke="#ddd"/><text x="${BOX.left - 8}" y="${at + 4}" text-anchor="end">${text}</text>`;
}

/** Through the largest point, with slope one, as far as the picture goes. */
function proportional(points, x, y) {
  const { pairs, seconds } = points.reduce((most, point) => (point.pairs > most.pairs ? point : most));
  const least = Math.max(x.first, (pairs * y.first) / seconds);
  const most = Math.min(x.last, (pairs * y.last) / seconds);
  const end = (value) => `${x.at(value)} ${y.at((value * seconds) / pairs)}`;
  return `<path d="M${end(least)}L${end(most)}" stroke="#888" stroke-dasharray="5 4"/>`;
}

function line(list, x, y, { colour, label }, n) {
  const places = list.map(({ pairs, seconds }) => [x.at(pairs), y.at(seconds)]);
  const mark = ([px, py]) =>
    n === 0
      ? `<circle cx="${px}" cy="${py}" r="4" fill="${colour}"/>`
      : `<rect x="${px - 4}" y="${py - 4}" width="8" height="8" fill="${colour}"/>`;
  const key = [BOX.left + 20, BOX.top + 20 + 20 * n];
  return `<path d="M${places.map((place) => place.join(" ")).join("L")}" fill="none" stroke="${colour}" stroke-width="2"/>
${[...places, key].map(mark).join("")}<text x="${key[0] + 12}" y="${key[1] + 4}">${label}</text>`;
}

function pairsText(value) {
  return value >= 1e6 ? `${value / 1e6} M` : `${value / 1e3} k`;
}

function round(value) {
  return Math.round(value * 10) / 10;
}
