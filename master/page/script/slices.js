// A metric by each hyperparameter.

const mostGroups = 24, fewGroups = 10;

/** Whether its values are many numbers, or nearly as many as trials, so drawn rather than listed. */
const inRanges = (column, rows, count = column.distinct(rows).length) =>
    !column.words && (count > mostGroups || (count > fewGroups && 2 * count > rows.length));

/** Rows in groups of one value each, or, of many numbers, of as many rows each: [{at, text, rows}], ascending. */
function groupsOf(column, rows) {
  const values = column.distinct(rows);
  if (!inRanges(column, rows, values.length)) {
    const groups = new Map(values.map((value) => [value, []]));
    for (const row of rows) groups.get(column.values[row]).push(row);
    return values.map((at) => ({at, text: column.text(at), rows: groups.get(at)}));
  }
  const ascending = [...rows].sort((a, b) => column.values[a] - column.values[b]);
  const end = (i) => Math.floor(i * ascending.length / fewGroups);
  return Array.from({length: fewGroups}, (_, i) => {
    const part = ascending.slice(end(i), end(i + 1));
    const of = part.map((row) => column.values[row]), first = of[0], last = of[of.length - 1];
    return {at: mean(of), text: first === last ? column.text(first) : `${short(first)} to ${short(last)}`, rows: part};
  });
}

/** An end of a range, short enough to go beside the other end. */
const short = (value) => (Number.isInteger(value) ? String(value) : numberText(Number(value.toPrecision(3))));

function marginals(search, axis, metric) {
  const values = search.column(metric).values;
  return groupsOf(search.column(axis), rowsWith(search, [axis, metric]))
      .map(({at, text, rows}) => ({at, text, trials: rows.length, mean: mean(rows.map((row) => values[row]))}));
}

/** `trials`: what all slices draw: rows that have the metric, and those without. */
function drawSlice(box, search, axis, metric, trials) {
  const column = search.column(axis), values = search.column(metric).values;
  const [drawn, without] = trials.map((rows) => rows.filter((row) => column.values[row] !== null));
  const holder = html('div', {class: 'slice'});
  box.append(holder);
  const chart = new Chart(holder, {
    x: (range) => columnScale(column, [...rowsWith(search, [axis, metric]), ...without], [range[0] + 6, range[1] - 6]),
    y: metricScale(drawn.map((row) => values[row])),
    xLabel: axis,
    yLabel: search.column(metric).title,
    height: 220,
  });
  chart.markBelow([...new Set(without.map((row) => column.values[row]))]);
  chart.dots(
      drawn.map((row) => ({x: column.values[row], y: values[row], lines: () => search.describe(row)})),
      {class: 'plain'});
  const means = marginals(search, axis, metric), points = means.map(({at, mean}) => ({x: at, y: mean}));
  if (!column.words) chart.line(points, {class: 'mean'});
  chart.dots(
      means.map(({at, text, mean, trials}) => ({
                  x: at,
                  y: mean,
                  lines: () => [`${axis} ${text}`, `mean ${metric} ${numberText(mean)}`, counted(trials, 'trial')]
                })),
      {class: 'mean big'});
  return means.map(({trials}) => trials);
}

panel({
  id: 'slices',
  title: 'One hyperparameter at a time',
  wide: true,
  sees:
      'Each small picture has all complete trials over one hyperparameter; the large dots are means over all that the others took. A level line of means: it does not matter by itself.',
  fits: (search) => search.ranked.length > 0 && search.names('axis').length > 0,
  choices: (search) => [metricChoice(search)],
  draw(box, search, {metric}) {
    const holder = html('div', {class: 'slices'});
    box.append(holder);
    const drawn = search.thinned(rowsWith(search, [metric]), 1500),
          without = rowsWithout(search, {metric, by: 'trial'});
    const sizes = search.names('axis').flatMap((axis) => drawSlice(holder, search, axis, metric, [drawn, without]));
    return meanText('A large dot', sizes) + withoutText(without) +
        drawnText(Math.min(1500, search.complete.length), search.complete.length);
  },
  rows: (search, {metric}) => [
      ['hyperparameter', 'value', 'trials', `mean ${metric}`],
      ...search.names('axis').flatMap(
          (axis) => marginals(search, axis, metric).map(({text, trials, mean}) => [axis, text, trials, mean]))],
});
