// How the ranks spent their time.

/** The share of all ranks that is busy in each part of the time. */
function utilisation({ranks}) {
  return Array.from(ranks[0].busy, (_, part) => mean(ranks.map((rank) => Number(rank.busy[part]) / 9)));
}

/** Rectangles of one rank, each for as long as its load is the same: [{from, to, share}]. */
function stretches(digits) {
  const found = [];
  for (let from = 0, to; from < digits.length; from = to) {
    for (to = from + 1; to < digits.length && digits[to] === digits[from];) ++to;
    if (digits[from] !== '0') found.push({from, to, share: Number(digits[from]) / 9});
  }
  return found;
}

/** `seconds`: the length of the longest timeline, so that all have the same scale. */
function drawTimeline(box, timeline, seconds) {
  const {ranks} = timeline, line = Math.max(2, Math.min(20, Math.floor(360 / ranks.length))), top = 70, left = 64;
  const drawing = new Drawing(box, top + line * ranks.length + 40, `timeline of ${timeline.database}`);
  const parts = ranks[0].busy.length, x = numberScale([0, seconds], [left, drawing.width - 14], {text: secondsText});
  const at = (part) => x.place(part * timeline.makespan_seconds / parts), bottom = top + line * ranks.length;
  const shares = utilisation(timeline).map(
      (share, part) => `L${at(part).toFixed(1)} ${(52 - 36 * share).toFixed(1)}H${at(part + 1).toFixed(1)}`);
  drawing.add('path', {class: 'area', d: `M${left} 52${shares.join('')}V52Z`});
  drawing.text(left - 6, 22, '100 %', {'text-anchor': 'end'});
  drawing.text(left - 6, 54, 'busy', {'text-anchor': 'end'});
  const paths = Array(10).fill('');
  ranks.forEach(({rank, busy}, i) => {
    const y = top + i * line;
    for (const {from, to, share} of stretches(busy))
      paths[Math.round(9 * share)] +=
          `M${at(from).toFixed(1)} ${y}H${at(to).toFixed(1)}v${line > 4 ? line - 1 : line}H${at(from).toFixed(1)}Z`;
    if (line >= 12 || i % Math.ceil(14 / line) === 0)
      drawing.text(left - 6, y + line / 2 + 4, `rank ${rank}`, {'text-anchor': 'end'});
  });
  paths.forEach((d, share) => d && drawing.add('path', {class: 'busy', d, 'fill-opacity': share / 9}));
  for (const tick of roomy(x.ticks, x, (one) => one.text.length * 7 + 10)) {
    drawing.add('path', {class: 'tick', d: `M${x.place(tick.value)} ${bottom}v5`});
    drawing.text(x.place(tick.value), bottom + 17, tick.text, {'text-anchor': 'middle'});
  }
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

panel({
  id: 'timeline',
  title: 'Ranks over time',
  wide: true,
  sees:
      'A row is a rank, filled while it trains; above them, the share of ranks that train. Gaps at the end are trainings that others still have; gaps between are waiting, or a worker that was lost.',
  fits: (search) => search.timelines.length > 0,
  draw(box, search) {
    box.append(tableOf(
        [
          'database', 'ranks', 'from first start to last end', 'busy', 'waiting (rank seconds)',
          'busiest rank over the mean', 'trials an hour'
        ],
        search.timelines.map(
            (one) =>
                [one.database, one.all_ranks, secondsText(one.makespan_seconds), percent(one.busy_share),
                 one.wait_seconds, one.imbalance, one.trials_per_hour])));
    const longest = Math.max(...search.timelines.map((one) => one.makespan_seconds));
    for (const timeline of search.timelines) {
      box.append(html('h3', {}, timeline.database));
      drawTimeline(box, timeline, longest);
    }
    const attempts = search.column('attempt'),
          lost = attempts ? attempts.values.filter((attempt) => attempt > 1).length : 0,
          total = (name) => search.timelines.reduce((sum, one) => sum + one[name], 0), paused = total('paused_seconds'),
          unplaced = total('unplaced_seconds');
    return [
      paused ? `${secondsText(paused)} in stretches of more than a minute in which nobody trained are left out.` : '',
      unplaced >= 1 ? `${secondsText(unplaced)} of trainings that were stopped have no known place here.` : '',
      lost ? `${grouped(lost)} trials lost a worker and were tried again.` : ''
    ].filter(Boolean)
        .join(' ');
  },
  rows: (search) => [
      ['database', 'rank', 'busy_seconds', 'wait_seconds'],
      ...search.timelines.flatMap(
          (one) =>
              one.ranks.map(({rank, busy_seconds, wait_seconds}) => [one.database, rank, busy_seconds, wait_seconds]))],
});
