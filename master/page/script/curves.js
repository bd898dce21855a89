// Learning curves.

const curveMetrics = (search) => [...new Set(search.curves.flatMap((line) => Object.keys(line.metrics)))];

const coloured = 7;  // how many of the best curves are coloured: as many as there are line colours

const curveValues = (line) => line.map(([, value]) => value).filter((value) => value !== null);

/** The range that is drawn: a few curves that start far off do not hide the rest, and `held` is always inside. */
function curveExtent(lines, held) {
  const values = lines.flatMap(curveValues).sort((a, b) => a - b);
  if (values.length < 50) return extent(values) ?? [0, 1];
  const [low, high] = [values[Math.floor(0.01 * values.length)], values[Math.floor(0.97 * values.length)]];
  const [least, most] = [values[0], values[values.length - 1]], span = high - low;
  return extent([low - least > span ? low : least, most - high > span ? high + 0.1 * span : most, ...held]);
}

/** Where the best trainings end. */
const reached = (lines, metric) => lines.filter((line) => line.best)
                                       .map((line) => curveValues(line.metrics[metric]).pop())
                                       .filter((value) => value !== undefined);

/** Says how much of the curves is outside the frame. */
function cutText(lines, [low, high]) {
  const ends = lines.map((line) => extent(curveValues(line))).filter((one) => one);
  const above = ends.filter(([, most]) => most > high), below = ends.filter(([least]) => least < low);
  const text = (cut, way, end) => cut.length ?
      ` ${counted(cut.length, 'curve')} leave${cut.length === 1 ? 's' : ''} the frame, ${way} to ${numberText(end)}.` :
      '';
  return text(above, 'up', Math.max(...above.map(([, most]) => most))) +
      text(below, 'down', Math.min(...below.map(([least]) => least)));
}

panel({
  id: 'curves',
  title: 'Learning curves',
  sees:
      'The best trainings in colour, the next in pale blue, a sample of the others in grey, what was stopped or failed dashed. Still falling (or rising) at the end: more epochs may help.',
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
    const ends = curveExtent(points, reached(lines, metric)), within = (value) => value >= ends[0] && value <= ends[1];
    const log = logarithmic(ends) && points.every((line) => curveValues(line).every((value) => value > 0));
    const chart = new Chart(box, {
      x: (range) => numberScale(extent(points.flat().map(([epoch]) => epoch)) ?? [0, 1], range, {whole: true}),
      y: metricScale(ends, log),
      xLabel: 'epoch',
      yLabel: search.column(metric)?.title ?? metric,
      clip: true,
    });
    this.drawRungs(chart, search);
    const best = lines.filter((line) => line.best);
    for (const line of [...lines.filter((one) => !one.best).reverse(), ...best.reverse()]) {
      const place = lines.indexOf(line), stopped = ['complete', 'running'].includes(line.status) ? '' : ' stopped';
      const marks = line.metrics[metric]
                        .filter(([, value]) => value !== null)
                        .map(([x, value]) => ({
                               x,
                               y: value,
                               lines: () => [...search.describeTrial(line.trial), `epoch ${x}: ${numberText(value)}`]
                             }));
      chart.line(marks, {
        class: (!line.best           ? 'out' :
                    place < coloured ? 'curve' :
                                       'step2') +
            stopped,
        style: line.best && place < coloured ? `stroke:${lineColour(place)}` : undefined
      });
      const seen = marks.filter(({y}) => within(y));
      if (marks.length === 1)
        chart.dots(seen, {class: 'plain'});
      else if (line.best || lines.length < 40)
        for (const mark of seen) chart.target(chart.x.place(mark.x), chart.y.place(mark.y), mark.lines);
    }
    chart.legend(this.names(lines));
    return `${counted(lines.length, 'training')}, ${best.length} of them the best by ${search.choice}.` +
        cutText(points, ends);
  },
  /** The curves in the legend: the best, in their order. */
  names(lines) {
    const best = lines.filter((line) => line.best), others = lines.length - best.length;
    const items =
        best.slice(0, coloured).map((line, i) => ({
                                      text: `trial ${line.trial}`,
                                      attributes: {class: 'curve', style: `stroke:${lineColour(lines.indexOf(line))}`}
                                    }));
    if (best.length > coloured) items.push({text: `${best.length - coloured} next best`, attributes: {class: 'step2'}});
    if (others) items.push({text: 'others', attributes: {class: 'out'}});
    return items;
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
