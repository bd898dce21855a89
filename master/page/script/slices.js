// A metric by each hyperparameter.

const mostGroups = 24;

/** Rows in groups of one value each, or, of many numbers, of as many rows each: [{at, rows}], ascending. */
function groupsOf(column, rows) {
  const values = column.distinct(rows);
  if (column.words || values.length <= mostGroups) {
    const groups = new Map(values.map((value) => [value, []]));
    for (const row of rows) groups.get(column.values[row]).push(row);
    return values.map((at) => ({at, rows: groups.get(at)}));
  }
  const ascending = [...rows].sort((a, b) => column.values[a] - column.values[b]);
  return Array.from({length: 10}, (_, i) => {
    const part = ascending.slice(Math.floor(i * ascending.length / 10), Math.floor((i + 1) * ascending.length / 10));
    return {at: mean(part.map((row) => column.values[row])), rows: part};
  });
}

function marginals(search, axis, metric) {
  const values = search.column(metric).values;
  return groupsOf(search.column(axis), rowsWith(search, [axis, metric]))
      .map(({at, rows}) => ({at, trials: rows.length, mean: mean(rows.map((row) => values[row]))}));
}

function drawSlice(box, search, axis, metric) {
  const column = search.column(axis), values = search.column(metric).values;
  const rows = rowsWith(search, [axis, metric]), drawn = search.thinned(rows, 1500);
  const holder = html('div', {class: 'slice'});
  box.append(holder);
  const chart = new Chart(holder, {
    x: (range) => columnScale(column, rows, [range[0] + 6, range[1] - 6]),
    y: metricScale(drawn.map((row) => values[row])),
    xLabel: axis,
    yLabel: metric,
    height: 220,
  });
  chart.dots(
      drawn.map((row) => ({x: column.values[row], y: values[row], lines: () => search.describe(row)})),
      {class: 'plain'});
  const means = marginals(search, axis, metric), points = means.map(({at, mean}) => ({x: at, y: mean}));
  if (!column.words) chart.line(points, {class: 'mean'});
  chart.dots(
      means.map(
          ({at, mean, trials}) => ({
            x: at,
            y: mean,
            lines:
                () => [`${axis} ${column.text(at)}`, `mean ${metric} ${numberText(mean)}`, `${grouped(trials)} trials`]
          })),
      {class: 'mean big'});
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
    for (const axis of search.names('axis')) drawSlice(holder, search, axis, metric);
    return drawnText(Math.min(1500, search.complete.length), search.complete.length);
  },
  rows: (search, {metric}) => [
      ['hyperparameter', 'value', 'trials', `mean ${metric}`],
      ...search.names('axis').flatMap(
          (axis) => marginals(search, axis, metric)
                        .map(({at, trials, mean}) => [axis, search.column(axis).text(at), trials, mean]))],
});
