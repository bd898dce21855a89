// Replays of the search on other numbers of ranks.

panel({
  id: 'replays',
  title: 'On other numbers of ranks',
  sees:
      'The measured trainings, dealt out again by the real schedules: the share of the ranks\' time that trains. Where it falls, more ranks wait for the last trainings.',
  fits: (search) => (search.replays?.rows.length ?? 0) > 1,
  draw(box, search) {
    const {rows, trainings, database_trainings: all} = search.replays, ranks = rows.map((row) => row.ranks);
    const shares = rows.flatMap(({policies}) => policies.map(({efficiency}) => efficiency));
    const chart = new Chart(box, {
      x: (range) => numberScale(extent(ranks), range, {log: true, values: ranks, most: 14}),
      y: (range) => numberScale([Math.min(...shares, 0.9), 1], range, {text: percent}),
      xLabel: 'ranks',
      yLabel: 'efficiency',
    });
    rows[0].policies.forEach(({policy}, i) => {
      const points = rows.map(
          ({ranks, policies}) => ({
            x: ranks,
            y: policies[i].efficiency,
            lines: () =>
                [policy.replaceAll('_', ' '),
                 `${ranks} ranks: ${percent(policies[i].efficiency)}, ${secondsText(policies[i].makespan_seconds)}`]
          }));
      chart.line(points, {class: 'curve', style: `stroke:${lineColour(i)}`});
      chart.dots(points, {class: 'big', style: `stroke:${lineColour(i)}`});
    });
    chart.legend(rows[0].policies.map(
        ({policy}, i) =>
            ({text: policy.replaceAll('_', ' '), attributes: {class: 'curve', style: `stroke:${lineColour(i)}`}})));
    const whose = search.timelines.length > 1 ? ` of ${search.replays.database} alone` : '';
    return trainings < all ? `${counted(trainings, 'training')}, drawn from ${grouped(all)}${whose}.` :
                             `${counted(all, 'training')}${whose}.`;
  },
  rows: (search) => [
      ['ranks', 'policy', 'makespan_seconds', 'efficiency'],
      ...search.replays.rows.flatMap(
          ({ranks, policies}) =>
              policies.map(({policy, makespan_seconds, efficiency}) => [ranks, policy, makespan_seconds, efficiency]))],
});
