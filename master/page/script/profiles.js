// Metrics along a coordinate, such as the lead time of a forecast: a panel for each.

const profileMetrics = (profile) => [...new Set(profile.lines.flatMap((line) => Object.keys(line.metrics)))];

/** A baseline for every trial, test_persistence_mse: the metric test_mse of a simpler forecast. */
const bars = /(persistence|extrapolation|blurred|climatology|pattern)_/;

function profilePanel(number) {
  const of = (search) => search.profiles[number];
  const points = (profile, line, metric) =>
      profile.at.map((_, i) => ({x: i, y: line.metrics[metric]?.[i] ?? null})).filter(({y}) => y !== null);
  panel({
    id: `profile${number}`,
    title: (search) => `By ${of(search).coordinate.replaceAll('_', ' ')}`,
    sees: 'The best trials; dashed, what stands beside the metric under a name of its own, such as persistence.',
    fits: (search) => search.profiles.length > number,
    choices(search) {
      const options = profileMetrics(of(search)), plain = options.find((name) => !bars.test(name)) ?? options[0];
      const beside = options.find((name) => bars.test(name) && name.replace(bars, '') === plain);
      return [
        {name: 'metric', label: 'metric', options, value: plain},
        {name: 'beside', label: 'beside it', options: ['none', ...options], value: beside ?? 'none'}
      ];
    },
    draw(box, search, {metric, beside}) {
      const profile = of(search), numbers = profile.at.every((at) => typeof at === 'number');
      const lines = profile.lines.map((line) => points(profile, line, metric));
      const bar = beside === 'none' || !profile.lines.length ? [] : points(profile, profile.lines[0], beside);
      const used =
          profile.at.map((_, i) => i).filter((i) => lines.concat([bar]).some((line) => line.some(({x}) => x === i)));
      const onScale = numbers && used.length > 1, at = (i) => (onScale ? profile.at[i] : i), values = used.map(at);
      const x = (range) => onScale ? numberScale(extent(values), range, {values, most: 10}) :
                                     categoryScale(used, range, (i) => String(profile.at[i]));
      const chart = new Chart(box, {
        x,
        y: metricScale(lines.concat([bar]).flat().map(({y}) => y)),
        xLabel: withUnit(profile.coordinate, profile.unit),
        yLabel: withUnit(metric, profile.units[metric])
      });
      lines.forEach((line, i) => {
        const marks = line.map(({x: place, y}) => ({
                                 x: at(place),
                                 y,
                                 lines: () =>
                                     [...search.describeTrial(profile.lines[i].trial),
                                      `${profile.coordinate} ${profile.at[place]}: ${numberText(y)}`]
                               }));
        if (numbers) chart.line(marks, {class: 'curve', style: `stroke:${lineColour(i)}`});
        // Side by side, because without lines equal trials would hide each other.
        const shift = numbers ? 0 : (i - (lines.length - 1) / 2) * Math.min(9, chart.x.part / (lines.length + 1));
        chart.dots(marks, {class: 'big', style: `stroke:${lineColour(i)}`, transform: `translate(${shift} 0)`});
      });
      if (bar.length) chart.line(bar.map(({x: place, y}) => ({x: at(place), y})), {class: 'beside'});
      const names = profile.lines.map(
          ({trial}, i) => ({text: `trial ${trial}`, attributes: {class: 'curve', style: `stroke:${lineColour(i)}`}}));
      if (bar.length) names.push({text: `${beside}, trial ${profile.lines[0].trial}`, attributes: {class: 'beside'}});
      chart.legend(names);
      return 'The best trials, the best first.';
    },
    rows(search) {
      const profile = of(search), metrics = profileMetrics(profile);
      return [
        ['trial', profile.coordinate, ...metrics],
        ...profile.lines.flatMap(
            (line) => profile.at.map(
                (at, i) => [line.trial, at, ...metrics.map((metric) => line.metrics[metric]?.[i] ?? null)]))
      ];
    },
  });
}

for (let number = 0; number < 6; ++number) profilePanel(number);
