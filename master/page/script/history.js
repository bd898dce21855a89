// The best value over time.

const mostDots = 5000;

/** The rows that were better than all before them, in the order of `rows`. */
function records(search, rows, values) {
  const found = [];
  for (const row of rows)
    if (!found.length || search.better(values[row], values[found[found.length - 1]])) found.push(row);
  return found;
}

function historyRows(search, {metric, by}) {
  const at = search.column(by).values;
  return rowsWith(search, [metric, by]).sort((a, b) => at[a] - at[b]);
}

/** Values of the column that the history is over; of times, what the search had run by then. */
function historyPlaces(search, by) {
  const {values} = search.column(by);
  if (by === 'trial') return values;
  const paused = (time) =>
      search.pauses.reduce((sum, [begin, end]) => sum + Math.max(0, Math.min(time, end) - begin), 0);
  return values.map((time) => time === null ? null : time - paused(time));
}

panel({
  id: 'history',
  title: 'History',
  sees: 'A dot is a trial; the line is the best so far. Where it has been level for long, more trials bring little.',
  fits: (search) => search.ranked.length > 0,
  choices: (search) => [metricChoice(search), {
    name: 'by',
    label: 'over',
    value: 'trial',
    options: ['trial', ...search.names('time').filter((name) => name === 'finished')]
  }],
  draw(box, search, choices) {
    const {metric, by} = choices, values = search.column(metric).values, at = historyPlaces(search, by);
    const rows = historyRows(search, choices), drawn = search.thinned(rows, mostDots),
          without = rowsWithout(search, choices);
    const chart = new Chart(box, {
      x: (range) => numberScale(
          extent([...rows, ...without].map((row) => at[row])) ?? [0, 1], range,
          by === 'trial' ? {whole: true} : {text: secondsText}),
      y: metricScale(drawn.map((row) => values[row])),
      xLabel: by === 'trial'   ? 'trial' :
          search.pauses.length ? 'since the first start, without pauses' :
                                 'since the first start',
      yLabel: search.column(metric).title,
    });
    chart.markBelow(without.map((row) => at[row]));
    chart.dots(drawn.map((row) => ({x: at[row], y: values[row], lines: () => search.describe(row)})), {class: 'plain'});
    if (metric === search.choice && rows.length) {
      const line = records(search, rows, values).map((row) => ({x: at[row], y: values[row]}));
      const last = extent([...rows, ...without].map((row) => at[row]))[1];
      chart.line([...line, {x: last, y: line[line.length - 1].y}], {class: 'best'}, true);
    }
    return withoutText(without) + drawnText(drawn.length, rows.length);
  },
  rows(search, choices) {
    const {metric, by} = choices, columns = [by, metric].map((name) => search.column(name).values);
    return [
      ['trial', by, metric],
      ...historyRows(search, choices)
          .map((row) => [search.column('trial').values[row], ...columns.map((values) => values[row])])
    ];
  },
});
