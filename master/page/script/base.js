'use strict';
// Elements, texts and downloads.

/** An element; children are elements or texts, which are never parsed as HTML. "onclick" and the like add listeners. */
function build(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on'))
      element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false)
      element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const html = (tag, attributes = {}, ...children) => build(document.createElement(tag), attributes, children);
const svg = (tag, attributes = {}, ...children) =>
    build(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);

/** A number as people read it: integers of 32 bits whole, others to 5 digits or more, the very large or small to 3. */
function numberText(value, digits = 5) {
  if (value === null || value === undefined) return '–';
  if (typeof value !== 'number') return String(value);
  const size = Math.abs(value);
  if (Number.isInteger(value) && size <= 2 ** 32) return String(value);
  if (size < 1e7 && size >= 1e-4) return String(Number(value.toPrecision(digits)));
  return value.toExponential(digits - 3).replace(/\.?0+e/, 'e');
}

/** How many digits tell the numbers of a column apart, from 5 to 9. */
function tellingDigits(values) {
  const numbers = [...new Set(values.filter((value) => typeof value === 'number'))];
  const apart = (digits) => new Set(numbers.map((value) => numberText(value, digits))).size === numbers.length;
  return [5, 6, 7, 8].find(apart) ?? 9;
}

/** A function that formats all of these numbers the same way, to three digits of their differences. */
function alikeText(values) {
  const [low, high] = extent(values) ?? [0, 0], size = Math.max(Math.abs(low), Math.abs(high)),
              order = (number) => Math.floor(Math.log10(number));
  const span = high - low > 1e-9 * size ? high - low : size || 1;
  if (size >= 1e7 || (size > 0 && size < 1e-4))
    return (value) => value.toExponential(Math.min(9, Math.max(2, 2 + order(size) - order(span))));
  return (value) => value.toFixed(Math.min(12, Math.max(0, 2 - order(span))));
}

/** "1 trial", "2,000 trials". */
const counted = (count, what) => `${grouped(count)} ${what}${count === 1 ? '' : 's'}`;

/** "A cell is the mean of 2 to 3 trials. ", unless each is one trial's. */
function meanText(what, sizes) {
  const [low, high] = extent(sizes) ?? [0, 0];
  if (high < 2) return '';
  return `${what} is the mean of ${low === high ? '' : `${grouped(low)} to `}${grouped(high)} trials. `;
}

/** 1234567 as 1,234,567. */
const grouped = (count) => count.toLocaleString('en-US');

function secondsText(seconds) {
  const [unit, size] = seconds < 60 ? ['s', 1] : seconds < 3600 ? ['min', 60] : ['h', 3600];
  return `${numberText(Number((seconds / size).toPrecision(3)))} ${unit}`;
}

/** The smallest and the largest of numbers, ignoring nulls. Nothing if there are none. */
function extent(values) {
  let least = Infinity, most = -Infinity;
  for (const value of values) {
    if (value === null || value === undefined) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least <= most ? [least, most] : null;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Viridis (Smith and van der Walt, CC0), from 0 to 1: perceptually uniform, also for colour-blind readers. */
function colourAt(share) {
  const stops = [
    [68, 1, 84], [71, 44, 122], [59, 81, 139], [44, 113, 142], [33, 144, 141], [39, 173, 129], [92, 200, 99],
    [170, 220, 50], [253, 231, 37]
  ];
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1),
        from = Math.min(stops.length - 2, Math.floor(place));
  const channels = stops[from].map((low, i) => Math.round(low + (place - from) * (stops[from + 1][i] - low)));
  return `rgb(${channels.join(',')})`;
}

/** Black or white, whichever is readable on that colour: a contrast of at least 4.5. */
const inkOn = (share) => (share > 0.44 ? '#000' : '#fff');

/** Colours of lines (Okabe and Ito 2008), as the style has them for light and dark. */
const lineColour = (number) => `var(--line${number % 7})`;

/** A pseudo-random number from `number`, the same every time. */
const drawOf = (number) => (number * 2654435761) % 4294967296;

function csvText(rows) {
  const cell = (value) => {
    const text = value === null || value === undefined ? '' : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return rows.map((row) => row.map(cell).join(',')).join('\n') + '\n';
}

function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  html('a', {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/**
 * A drawing as a file of its own, on white, with the page's style inside; colours by value, for programs without CSS
 * variables.
 */
function standaloneSvg(drawing) {
  const copy = drawing.cloneNode(true), style = document.getElementById('style').textContent;
  const light = /:root\s*{([^}]*)}/.exec(style)[1];
  const values = new Map(Array.from(light.matchAll(/(--\w+):\s*([^;]+);/g), ([, name, value]) => [name, value]));
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.prepend(
      svg('style', {}, style.split('/* drawings */')[1]),
      svg('rect', {width: '100%', height: '100%', fill: 'var(--card)'}));
  return new XMLSerializer().serializeToString(copy).replace(/var\((--\w+)\)/g, (_, name) => values.get(name));
}
