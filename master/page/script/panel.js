// Panels of the page, and what the reader chooses in them.

const panels = [];

/**
 * Adds a kind of panel. `title`: a text, or a function of the search; `fits(search)`: whether there is something to
 * show; `draw(box, search, choices)` draws, and may return a note; `rows(search, choices)`: the numbers shown, a header
 * first; `choices(search)`: what may be chosen,
 * [{name, label, options, value}]. `wide`: over both columns of the page.
 */
function panel(kind) {
  panels.push(kind);
}

function choice({name, label, options, value}, change) {
  const select = html(
      'select', {'aria-label': label, name, onchange: () => change(select.value)},
      ...options.map((option) => html('option', {value: option, selected: option === value}, option)));
  return html('label', {}, label + ' ', select);
}

/** A panel on the page, drawn anew whenever a choice or the width changes. */
class Shown {
  /** `before`: what had been chosen in such a panel. */
  constructor(kind, search, before = {}) {
    Object.assign(this, {kind, search, values: {}});
    const choices = kind.choices ? kind.choices(search) : [];
    for (const one of choices) {
      if (one.options.includes(before[one.name])) one.value = before[one.name];
      this.values[one.name] = one.value;
    }
    this.box = html('div', {class: 'drawing'});
    this.note = html('p', {class: 'note'});
    const change = (name) => (value) => {
      this.values[name] = value;
      this.draw();
    };
    this.section = html(
        'section', {id: kind.id, class: kind.wide ? 'wide' : false},
        html('h2', {}, typeof kind.title === 'function' ? kind.title(search) : kind.title),
        html('p', {class: 'sees'}, kind.sees),
        html('div', {class: 'choices'}, ...choices.map((one) => choice(one, change(one.name))), this.saving()),
        this.box, this.note);
  }
  saving() {
    const name = `${this.search.name}-${this.kind.id}`, buttons = html('span', {class: 'saving'});
    const svgs = () => [...this.box.querySelectorAll('svg')].filter((drawing) => !drawing.ownerSVGElement);
    if (!this.kind.plain)
      buttons.append(html(
          'button', {
            type: 'button',
            title: 'save as SVG',
            onclick: () => svgs().forEach(
                (drawing, i) =>
                    download(`${name}${i ? '-' + (i + 1) : ''}.svg`, 'image/svg+xml', standaloneSvg(drawing)))
          },
          'SVG'));
    if (this.kind.rows)
      buttons.append(html(
          'button', {
            type: 'button',
            title: 'save the numbers as CSV',
            onclick: () => download(`${name}.csv`, 'text/csv', csvText(this.kind.rows(this.search, this.values)))
          },
          'CSV'));
    return buttons;
  }
  draw() {
    this.box.replaceChildren();
    this.note.textContent = this.kind.draw(this.box, this.search, this.values) ?? '';
  }
}

/** What is said where not all trials are drawn. */
const drawnText = (drawn, all) =>
    (drawn < all ? `${grouped(drawn)} of ${grouped(all)} trials are drawn: the best, and a sample.` : '');

/** A choice among the metrics of the search, its own first. */
const metricChoice = (search, label = 'metric') => ({
  name: 'metric',
  label,
  value: search.choice,
  options: [search.choice, ...search.names('metric').filter((name) => name !== search.choice)],
});

/** Rows, complete, that have values of all those columns. */
function rowsWith(search, names) {
  const columns = names.map((name) => search.column(name).values);
  return search.complete.filter((row) => columns.every((values) => values[row] !== null));
}

/** Rows that ended without a value of the metric: failed, diverged, stopped early. */
function rowsWithout(search, {metric, by}) {
  const status = search.column('status'), values = search.column(metric).values, at = search.column(by).values;
  const ended = (row) => !['running', 'waiting'].includes(status.value(row));
  return search.rows.filter(
      (row) => ended(row) && at[row] !== null && (status.value(row) !== 'complete' || values[row] === null));
}

/** A note on such rows. */
const withoutText = (rows) =>
    (rows.length ? `${counted(rows.length, 'trial')} without a value: marked on the axis. ` : '');
