// Learning curves.

const curveMetrics = (search) => [...new Set(search.curves.flatMap((line) => Object.keys(line.metrics)))];

/** Ends of what is drawn: where a few curves start far off, the rest is still seen. */
function curveExtent(lines) {
  const values = lines.flat().map(([, value]) => value).filter((value) => value !== null).sort((a, b) => a - b);
  if (values.length < 50) return extent(values) ?? [0, 1];
  const [low, high] = [values[Math.floor(0.01 * values.length)], values[Math.floor(0.97 * values.length)]];
  const [least, most] = [values[0], values[values.length - 1]], span = high - low;
  return [low - least > span ? low : least, most - high > span ? high + 0.1 * span : most];
}

panel({
  id: 'curves',
  title: 'Learning curves',
  sees:
      'The best trainings in colour, a sample of the others in grey, what was stopped or failed dashed. Still falling (or rising) at the end: more epochs may help.',
  fits: (search) => search.curves.length > 0,
  choices(search) {
    const options = curveMetrics(search);
    return [
      {name: 'metric', label: 'metric', options, value: options.includes(search.metric) ? search.metric : options[0]}
    ];
  },
  draw(box, search, {metric}) {
    const lines = search.curves.filter((line) => line.metrics[metric]),
          points = lines.map((line) => line.metrics[metric]);
    const [low, high] = curveExtent(points), clipped = (value) => Math.min(high, Math.max(low, value));
    const chart = new Chart(box, {
      x: (range) => numberScale(extent(points.flat().map(([epoch]) => epoch)) ?? [0, 1], range, {whole: true}),
      y: metricScale([low, high]),
      xLabel: 'epoch',
      yLabel: metric,
    });
    this.drawRungs(chart, search);
    const best = lines.filter((line) => line.best);
    for (const line of [...lines.filter((one) => !one.best).reverse(), ...best.reverse()]) {
      const place = lines.indexOf(line), stopped = line.status === 'complete' ? '' : ' stopped';
      const marks = line.metrics[metric]
                        .filter(([, value]) => value !== null)
                        .map(([x, value]) => ({
                               x,
                               y: clipped(value),
                               lines: () => [...search.describeTrial(line.trial), `epoch ${x}: ${numberText(value)}`]
                             }));
      chart.line(marks, {
        class: (line.best ? 'curve' : 'out') + stopped,
        style: line.best ? `stroke:${lineColour(place)}` : undefined
      });
      if (marks.length === 1)
        chart.dots(marks, {class: 'plain'});
      else if (line.best || lines.length < 40)
        for (const mark of marks) chart.target(chart.x.place(mark.x), chart.y.place(mark.y), mark.lines);
    }
    return `${grouped(lines.length)} trainings, ${best.length} of them the best by ${search.choice}.`;
  },
  drawRungs(chart, search) {
    const rungs = new Set(search.progress.flatMap((one) => (one.brackets ?? []).flatMap((bracket) => bracket.epochs)));
    for (const epochs of rungs)
      if (epochs <= chart.x.value(chart.x.to))
        chart.add('path', {class: 'rung', d: `M${chart.x.place(epochs)} 24V${chart.bottom}`});
  },
  rows: (search, {metric}) => [
      ['trial', 'epoch', metric],
      ...search.curves.flatMap(
          (line) => (line.metrics[metric] ?? []).map(([epoch, value]) => [line.trial, epoch, value]))],
});
