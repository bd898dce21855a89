// What quality costs.

/** The rows that no other is both cheaper and better than, the cheapest first. */
function paretoFront(search, rows, costs, values) {
  const ascending = [...rows].sort((a, b) => costs[a] - costs[b] || (search.better(values[a], values[b]) ? -1 : 1));
  return records(search, ascending, values);
}

const costRows = (search, {metric, cost}) => rowsWith(search, [metric, cost]);

panel({
  id: 'cost',
  title: 'Cost against quality',
  sees:
      'The line joins the trials that no other is both cheaper and better than. Where it is level, time buys nothing.',
  fits: (search) => search.ranked.length > 1 && search.names('cost').length > 0,
  choices: (search) =>
      [metricChoice(search),
       {name: 'cost', label: 'over', options: search.names('cost'), value: search.names('cost')[0]}],
  draw(box, search, choices) {
    const values = search.column(choices.metric).values, costs = search.column(choices.cost).values;
    const rows = costRows(search, choices), drawn = search.thinned(rows, mostDots),
          seconds = choices.cost.endsWith('seconds');
    const chart = new Chart(box, {
      x: (range) => {
        const all = rows.map((row) => costs[row]);
        return numberScale(
            extent(all) ?? [0, 1], range, {log: logarithmic(all), text: seconds ? secondsText : numberText});
      },
      y: metricScale(drawn.map((row) => values[row])),
      xLabel: choices.cost,
      yLabel: search.column(choices.metric).title,
    });
    const point = (row) => ({x: costs[row], y: values[row], lines: () => search.describe(row)});
    chart.dots(drawn.map(point), {class: 'plain'});
    if (choices.metric !== search.choice) return drawnText(drawn.length, rows.length);
    const front = paretoFront(search, rows, costs, values).map(point);
    chart.line(front, {class: 'best'}, true);
    chart.dots(front, {class: 'best big'});
    return drawnText(drawn.length, rows.length);
  },
  rows: (search, choices) => [
      ['trial', choices.cost, choices.metric],
      ...costRows(search, choices)
          .map((row) => ['trial', choices.cost, choices.metric].map((name) => search.column(name).values[row]))],
});
