// What was searched, what is best, what failed.

function fact(label, value) {
  return html('div', {class: 'fact'}, html('strong', {}, value), html('span', {}, label));
}

const longText = 60;  // letters; longer texts take several lines

const isNumber = (cell) => typeof cell === 'number' || /^-?[0-9.]+(e[-+]?[0-9]+)?$/.test(cell);

const cellKind = (cell) => (isNumber(cell) ? 'number' : String(cell).length > longText ? 'long' : '');

function tableOf(header, rows) {
  const digits = header.map((_, i) => tellingDigits(rows.map((row) => row[i])));
  const numeric = header.map((_, i) => rows.some((row) => isNumber(row[i])));
  const kind = (cell, i) => (cell === null && numeric[i] ? 'number' : cellKind(cell));
  return html(
      'div', {class: 'scroll'},
      html(
          'table', {}, html('thead', {}, html('tr', {}, ...header.map((name) => html('th', {}, name)))),
          html(
              'tbody', {},
              ...rows.map(
                  (row) => html(
                      'tr', {},
                      ...row.map((cell, i) => html('td', {class: kind(cell, i)}, numberText(cell, digits[i]))))))));
}

/** The columns that are shown where there is little room. */
function mainNames(search) {
  const names =
      ['trial', ...search.names('axis'), ...search.names('metric').slice(0, 4), 'wall_seconds', 'rank_seconds'];
  return names.filter((name) => search.column(name));
}

function bestRows(search, most) {
  const names = mainNames(search);
  return [names, ...search.ranked.slice(0, most).map((row) => names.map((name) => search.column(name).value(row)))];
}

function facts(search) {
  const done = Object.entries(search.statuses), box = html('div', {class: 'facts'}),
        ended = search.column('wall_seconds');
  box.append(fact('trials', grouped(search.trials)), ...done.map(([status, count]) => fact(status, grouped(count))));
  if (search.ranked.length) {
    const best = search.column(search.choice).values[search.ranked[0]];
    box.append(fact(`best ${search.choice} (${search.goal})`, numberText(best)));
  }
  if (ended) box.append(fact('longest trial', secondsText(extent(ended.values)?.[1] ?? 0)));
  return box;
}

function progressLines(search) {
  return search.progress.map(
      (one) => html(
          'p', {},
          `${search.progress.length > 1 ? one.database + ', ' : ''}${one.part ? one.part + ': ' : ''}${
              grouped(one.done)} of ${
              one.total === null ? 'an unknown number' : grouped(one.total)} trials have ended; ${one.master}`));
}

/** A box with `title` whose contents are shown once the reader opens it. */
function folded(box, title) {
  const content = html('div');
  box.append(html('details', {}, html('summary', {}, title), content));
  return content;
}

panel({
  id: 'summary',
  title: 'What came out',
  wide: true,
  plain: true,
  lasting: true,
  sees: 'The best configurations, with what each one cost; what failed, and why; what all trials had alike.',
  fits: () => true,
  draw(box, search) {
    this.results ??= box.appendChild(html('div'));
    this.space ??= folded(box, 'The search space');
    this.fixed ??= folded(box, 'The same for all trials');
    const [header, ...rows] = bestRows(search, 10);
    this.results.replaceChildren(facts(search), ...progressLines(search));
    if (rows.length)
      this.results.append(
          html('h3', {}, 'Best trials'), tableOf(header, rows),
          ...search.unskilled.map((sentence) => html('p', {class: 'unskilled'}, sentence)));
    if (search.failures.length)
      this.results.append(
          html('h3', {}, 'Failures'),
          tableOf(
              ['status', 'reason', 'trials', 'for example'],
              search.failures.map((one) => [one.status, one.error ?? '', one.trials, one.example])),
          ...(search.reasons > search.failures.length ?
                  [html('p', {}, `and ${grouped(search.reasons - search.failures.length)} more reasons`)] :
                  []));
    this.space.replaceChildren(html('pre', {}, search.space));
    this.fixed.replaceChildren(tableOf(['name', 'value'], Object.entries(search.fixed)));
    if (search.size < search.trials)
      return `This page lists ${grouped(search.size)} of ${
          grouped(
              search
                  .trials)} trials: the best, and a sample that does not depend on their results. Counts, failures and importance are of all.`;
  },
  rows: (search) => bestRows(search, 100),
});
