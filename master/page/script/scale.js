// From values to pixels.

/** Whether values belong on a logarithmic scale: nine tenths of them are 30 times apart. */
function logarithmic(values) {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b), last = sorted.length - 1;
  return last > 0 && sorted[0] > 0 && sorted[Math.ceil(0.95 * last)] / sorted[Math.floor(0.05 * last)] >= 30;
}

/** Whether a few ascending values have growing gaps, as 64, 128, 256 do. */
function growing(values) {
  const last = values.length - 1;
  return last > 1 && last < 12 && values[0] > 0 &&
      values[last] - values[last - 1] >= (values[1] - values[0]) * 1.9 ** (last - 1);
}

function linearTicks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

function logTicks(low, high, most) {
  const factors = Math.log10(high / low) < 2 ? [1, 2, 5] : [1];
  const all = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); ++power)
    for (const factor of factors) all.push(Number((factor * 10 ** power).toPrecision(3)));
  const within = all.filter((value) => value >= low * 0.999 && value <= high * 1.001);
  if (within.length < 2) return linearTicks(low, high, most);
  const step = Math.ceil(within.length / Math.max(1, most));
  return within.filter((_, i) => i % step === 0);
}

/** Steps of time that people count in, in seconds. */
const timeSteps = [
  1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1,  0.2,   0.5,   1,     2,      5,      10,
  20,   30,   60,   120,  300,  600,  1200, 1800, 3600, 7200, 18000, 36000, 86400, 172800, 432000, 864000
];

function timeTicks(low, high, log, most) {
  if (high - low < 2 * timeSteps[0]) return linearTicks(low, high, most);
  if (!log) {
    const step = timeSteps.find((size) => (high - low) / size <= most) ?? (high - low) / most;
    return Array.from({length: Math.floor(high / step) + 1}, (_, i) => i * step).filter((value) => value >= low);
  }
  const within = timeSteps.filter((value) => value >= low && value <= high), every = Math.ceil(within.length / most);
  return within.length < 2 ? timeTicks(low, high, false, most) : within.filter((_, i) => i % every === 0);
}

/** In the largest unit of which it is a multiple of one half. */
function timeTickText(seconds) {
  const [unit, size] =
      [['h', 3600], ['min', 60]].find(([, one]) => seconds >= one && (2 * seconds) % one === 0) ?? ['s', 1];
  return `${numberText(seconds / size)} ${unit}`;
}

/** Texts of ticks, with as many digits as tell neighbours apart. */
function tickTexts(ticks) {
  const apart = Math.min(...ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i])));
  const exact = (digits) => ticks.every((tick) => Math.abs(Number(numberText(tick, digits)) - tick) <= apart / 100);
  const digits = Array.from({length: 11}, (_, i) => 5 + i).find(exact) ?? 15;
  return ticks.map((tick) => numberText(tick, digits));
}

/**
 * Numbers between low and high, `from` to `to` pixels. `place(value)` is a pixel, `value(pixel)` the number there,
 * which `pixel(number)` turns back to one that is on the scale, whatever that has become. `values`: where ticks stand,
 * if there are few; `whole`: at integers alone.
 */
function numberScale(
    [low, high], [from, to], {log = false, values = null, text = numberText, whole = false, most = 6} = {}) {
  // A range no wider than rounding errors counts as a single value.
  const alone = high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high)) ? [low] : null;
  if (alone) [low, high] = log ? [low / 2, low * 2] : [low - (Math.abs(low) || 1) / 2, low + (Math.abs(low) || 1) / 2];
  const of = log ? Math.log : (value) => value, back = log ? Math.exp : (value) => value;
  const place = (value) => from + ((of(value) - of(low)) / (of(high) - of(low))) * (to - from);
  const value = (pixel) => back(of(low) + ((pixel - from) / (to - from)) * (of(high) - of(low)));
  const pixel = (value) => place(Math.min(high, Math.max(low, value)));
  const nice = () => text === secondsText ? timeTicks(low, high, log, most) :
      log                                 ? logTicks(low, high, most) :
                                            linearTicks(low, high, most);
  const at = alone ?? (values && values.length <= most ? values : nice().filter((tick) => !whole || tick % 1 === 0));
  const texts = text === secondsText ? at.map(timeTickText) : text === numberText ? tickTexts(at) : at.map(text);
  return {place, value, pixel, from, to, log, ticks: at.map((tick, i) => ({value: tick, text: texts[i]}))};
}

/** Values side by side, each in the middle of its part. `number(value)`: its index, from 0. */
function categoryScale(values, [from, to], text) {
  const part = (to - from) / Math.max(1, values.length), number = new Map(values.map((value, i) => [value, i]));
  return {
    place: (value) => from + (number.get(value) + 0.5) * part,
    value: (pixel) => (pixel - from) / part - 0.5,
    pixel: (number) => from + (Math.min(values.length - 0.5, Math.max(-0.5, number)) + 0.5) * part,
    number: (value) => number.get(value),
    from,
    to,
    part: Math.abs(part),
    ticks: values.map((value) => ({value, text: text(value)})),
  };
}

/** How a column of `rows` is laid out: words as categories, numbers by size. */
function columnScale(column, rows, range, most = 6) {
  const values = column.distinct(rows);
  if (column.words) return categoryScale(values, range, (value) => column.text(value));
  const all = column.role === 'axis' ? values : rows.map((row) => column.values[row]);
  const log = column.role === 'axis' ? column.log ?? (growing(values) || logarithmic(values)) : logarithmic(all);
  return numberScale(extent(all) ?? [0, 1], range, {
    log: log && values[0] > 0,
    values: column.role === 'axis' ? values : null,
    most,
    whole: values.every(Number.isInteger)
  });
}
