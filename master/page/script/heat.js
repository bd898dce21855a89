// A metric over two hyperparameters.

/** The groups of two axes, and the mean in each cell that trials fell into. */
function heatCells(search, {across, down, metric}) {
  const values = search.column(metric).values, rows = rowsWith(search, [across, down, metric]);
  const [columns, lines] = [across, down].map((name) => groupsOf(search.column(name), rows));
  const columnOf = new Map(columns.flatMap(({rows: members}, i) => members.map((row) => [row, i])));
  const cells = [];
  lines.forEach(({rows: members}, line) => {
    const sums = columns.map(() => [0, 0]);
    for (const row of members) {
      const sum = sums[columnOf.get(row)];
      sum[0] += values[row];
      ++sum[1];
    }
    sums.forEach(([sum, trials], column) => trials && cells.push({column, line, trials, mean: sum / trials}));
  });
  return {columns, lines, cells};
}

/** Ends of a scale that a few far off do not stretch: the second and the ninety-eighth percentile. */
function colourRange(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[Math.floor(0.02 * (sorted.length - 1))], sorted[Math.ceil(0.98 * (sorted.length - 1))]];
}

/** Means that are far apart have colours by their logarithms. */
const colourScale = (means) => (logarithmic(means) && means.every((mean) => mean > 0) ? Math.log : (mean) => mean);

/** The legend of colours, below the axis. */
function drawColourBar(chart, title, [dark, bright]) {
  const wide = 140, parts = 28, room = (text) => text.length * 7.4 + 8, name = shortened(title, 40);
  let x = 8 + room(name), y = chart.height + 4;
  chart.text(8, y + 10, name, {class: 'label'});
  if (x + room(dark) + wide + 8 + room(bright) > chart.width) [x, y] = [8, y + 18];
  chart.text(x, y + 10, dark);
  x += room(dark);
  for (let i = 0; i < parts; ++i)
    chart.add(
        'rect', {x: x + i * wide / parts, y, width: wide / parts + 0.5, height: 12, fill: colourAt((i + 0.5) / parts)});
  chart.text(x + wide + 8, y + 10, bright);
  chart.heighten(y + 18 - chart.height);
}

/** Brighter is better for the search's own metric, and greater for others. */
const greaterIsBrighter = (search, {metric}) => metric !== search.choice || search.goal === 'maximize';

function drawCells(chart, search, choices, {columns, lines, cells}) {
  const means = cells.map((cell) => cell.mean), of = colourScale(means), upward = greaterIsBrighter(search, choices);
  const [low, high] = colourRange(means).map(of);
  const width = chart.x.part, height = chart.y.part, textOf = alikeText(means);
  for (const {column, line, trials, mean} of cells) {
    // Differences by rounding do not count.
    const apart = high - low > 1e-9 * Math.max(Math.abs(high), Math.abs(low));
    const share = apart ? (of(mean) - low) / (high - low) : 1, shade = upward ? share : 1 - share;
    const x = chart.x.place(column), y = chart.y.place(line), text = textOf(mean);
    chart.add('rect', {
      x: x - width / 2,
      y: y - height / 2,
      width: Math.max(1, width - 1),
      height: Math.max(1, height - 1),
      fill: colourAt(shade)
    });
    if (width > text.length * 7 + 6 && height > 16)
      chart.text(x, y + 4, text, {'text-anchor': 'middle', style: `fill:${inkOn(shade)}`});
    chart.target(
        x, y,
        () =>
            [`${choices.across} ${columns[column].text}`, `${choices.down} ${lines[line].text}`,
             `mean ${choices.metric} ${numberText(mean)}`, counted(trials, 'trial')]);
  }
}

panel({
  id: 'heat',
  title: 'Two hyperparameters at a time',
  sees: 'The mean over all complete trials of a cell: nothing is filled in between.',
  fits: (search) => search.ranked.length > 0 && search.names('axis').length > 1,
  choices(search) {
    const axes = search.names('axis'),
          pair = search.importance?.effects.find(({axes}) => axes.length > 1)?.axes ?? axes;
    return [
      {name: 'across', label: 'across', options: axes, value: pair[0]},
      {name: 'down', label: 'down', options: axes, value: pair[1]}, metricChoice(search)
    ];
  },
  draw(box, search, choices) {
    if (choices.across === choices.down) return 'Choose two different hyperparameters.';
    const found = heatCells(search, choices);
    const scale = (groups) => (range) => categoryScale(groups.map((_, i) => i), range, (i) => groups[i].text);
    const chart = new Chart(box, {
      x: scale(found.columns),
      y: scale(found.lines),
      xLabel: choices.across,
      yLabel: choices.down,
      height: Math.max(240, Math.min(520, 90 + 26 * found.lines.length))
    });
    drawCells(chart, search, choices, found);
    const means = found.cells.map((cell) => cell.mean), [low, high] = colourRange(means).map(alikeText(means));
    const groups = [choices.across, choices.down].filter(
        (name) => inRanges(search.column(name), rowsWith(search, [choices.across, choices.down, choices.metric])));
    const title = search.column(choices.metric).title + (colourScale(means) === Math.log ? ', log scale' : '');
    if (low !== high) drawColourBar(chart, title, greaterIsBrighter(search, choices) ? [low, high] : [high, low]);
    return (low === high ? `${title}: ${low} in all cells. ` : '') +
        meanText('A cell', found.cells.map((cell) => cell.trials)) +
        (groups.length ? `${groups.join(' and ')}: ten groups of as many trials each.` : '');
  },
  rows(search, choices) {
    const {columns, lines, cells} = heatCells(search, choices);
    return [
      [choices.across, choices.down, 'trials', `mean ${choices.metric}`],
      ...cells.map(({column, line, trials, mean}) => [columns[column].text, lines[line].text, trials, mean])
    ];
  },
});
