// Panels of the page, and what the reader chooses in them.

const panels = [];

/**
 * Adds a kind of panel. `title`: a text, or a function of the search; `fits(search)`: whether there is something to
 * show; `draw(box, search, choices)` draws, and may return a note; `rows(search, choices)`: the numbers shown, a header
 * first; `choices(search)`: what may be chosen, [{name, label, options, value}]. `wide`: over both columns of the page.
 * `lasting`: `draw` finds in the box what it made before, and renews it; other boxes are empty.
 */
function panel(kind) {
  panels.push(kind);
}

/** A list to choose from, empty as yet. */
const chooser = (name, label, change) =>
    html('select', {'aria-label': label, name, onchange: (event) => change(event.target.value)});

/** Existing options are not replaced, as the reader may be choosing among them. */
function offer(select, options, value) {
  const there = Array.from(select.options, (option) => option.value);
  if (String(there) !== String(options))
    select.replaceChildren(...options.map((option) => html('option', {value: option}, option)));
  select.value = value;
}

/** The panel of a kind, which stays on the page: hidden where a search has nothing for it. */
class Shown {
  constructor(kind) {
    Object.assign(this, {kind, values: {}, selects: {}});
    this.heading = html('h2');
    this.choices = html('div', {class: 'choices'}, this.saving());
    this.box = html('div', {class: 'drawing'});
    this.note = html('p', {class: 'note'});
    this.section = html(
        'section', {id: kind.id, class: kind.wide ? 'wide' : false, hidden: true}, this.heading,
        html('p', {class: 'sees'}, kind.sees), this.choices, this.box, this.note);
  }
  /** From now on it is about this search; what the reader chose stays where it can. */
  show(search) {
    const {kind} = this;
    this.search = search;
    this.section.hidden = !kind.fits(search);
    if (this.section.hidden) return;
    this.heading.textContent = typeof kind.title === 'function' ? kind.title(search) : kind.title;
    for (const {name, label, options, value} of kind.choices?.(search) ?? []) {
      if (!options.includes(this.values[name])) this.values[name] = value;
      offer(this.selects[name] ??= this.select(name, label), options, this.values[name]);
    }
  }
  select(name, label) {
    const select = chooser(name, label, (value) => {
      this.values[name] = value;
      this.draw();
    });
    this.choices.lastChild.before(html('label', {}, label + ' ', select));
    return select;
  }
  saving() {
    const buttons = html('span', {class: 'saving'}), name = () => `${this.search.name}-${this.kind.id}`;
    const svgs = () => [...this.box.querySelectorAll('svg')].filter((drawing) => !drawing.ownerSVGElement);
    if (!this.kind.plain)
      buttons.append(html(
          'button', {
            type: 'button',
            title: 'save as SVG',
            onclick: () => svgs().forEach(
                (drawing, i) =>
                    download(`${name()}${i ? '-' + (i + 1) : ''}.svg`, 'image/svg+xml', standaloneSvg(drawing)))
          },
          'SVG'));
    if (this.kind.rows)
      buttons.append(html(
          'button', {
            type: 'button',
            title: 'save the numbers as CSV',
            onclick: () => download(`${name()}.csv`, 'text/csv', csvText(this.kind.rows(this.search, this.values)))
          },
          'CSV'));
    return buttons;
  }
  draw() {
    this.box.style.minHeight = `${this.box.offsetHeight}px`;  // an empty box would make the page jump
    if (!this.kind.lasting) this.box.replaceChildren();
    this.note.textContent = this.kind.draw(this.box, this.search, this.values) ?? '';
    this.box.style.minHeight = '';
  }
}

/** A note where not all trials are drawn. */
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
