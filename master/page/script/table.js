// All trials, to be sorted and filtered.

const pageRows = 20;

/** A word that is an integer, as a BigInt: the page has integers as words where it would round them. */
const exact = (word) => /^-?\d+$/.test(word) ? BigInt(word) : word;

/** A function of a row: whether its value contains a text, in small letters. Each word is tested only once. */
function containing(column, piece) {
  const has = (value) => String(value ?? '').toLowerCase().includes(piece), having = column.words?.map(has);
  return having ? (row) => having[column.values[row]] : (row) => has(column.values[row]);
}

/** One condition, "batch_size >= 128" or a piece of text, as a function of a row. Throws an Error in words. */
function condition(search, text) {
  const parts = /^\s*([\w[\].]+)\s*(<=|>=|!=|=|<|>)\s*(.*?)\s*$/.exec(text);
  if (!parts) {
    const tests = Array.from(search.columns.values(), (column) => containing(column, text.trim().toLowerCase()));
    return (row) => tests.some((test) => test(row));
  }
  const [, name, sign, given] = parts, column = search.column(name);
  if (!column) throw new Error(`there is no column ${name}`);
  // Flags are stored as numbers.
  const number = given === 'true' ? 1 : given === 'false' ? 0 : Number(given);
  const numeric = given !== '' && !Number.isNaN(number);
  const compare = {
    '=': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '<': (a, b) => a < b,
    '<=': (a, b) => a <= b,
    '>': (a, b) => a > b,
    '>=': (a, b) => a >= b,
  }[sign];
  return (row) => {
    const value = column.value(row);
    if (typeof value === 'number') return compare(value, numeric ? number : given);
    return value !== null && compare(exact(value), exact(given));
  };
}

/** The rows that meet all conditions, separated by commas, and the brushes. */
function filtered(search, text) {
  const conditions = text.split(',').filter((one) => one.trim()).map((one) => condition(search, one));
  return search.rows.filter((row) => (!search.picked || search.picked[row]) && conditions.every((meets) => meets(row)));
}

function sorted(search, rows, {name, down}) {
  const column = search.column(name), sign = down ? -1 : 1;
  return rows.sort((a, b) => {
    const [x, y] = [column.values[a], column.values[b]];
    if (x === null || y === null) return x === y ? a - b : x === null ? 1 : -1;  // what is unknown comes last
    return x === y ? a - b : sign * (x < y ? -1 : 1);
  });
}

class TrialTable {
  constructor(box) {
    this.filter = html('input', {
      type: 'search',
      placeholder: 'batch_size >= 128, status = complete, any text',
      'aria-label': 'filter',
      oninput: () => this.pick({filter: this.filter.value, page: 0})
    });
    this.count = html('span', {class: 'count', role: 'status'});
    this.head = html('tr');
    this.body = html('tbody');
    box.append(
        html('div', {class: 'choices'}, html('label', {}, 'filter ', this.filter), this.turning(), this.count),
        html('div', {class: 'scroll'}, html('table', {}, html('thead', {}, this.head), this.body)));
  }
  turning() {
    const turn = (by) => () => {
      this.search.picks.page += by;
      this.fill();
    };
    return html(
        'span', {}, html('button', {type: 'button', 'aria-label': 'previous trials', onclick: turn(-1)}, '‹'),
        html('button', {type: 'button', 'aria-label': 'next trials', onclick: turn(1)}, '›'));
  }
  show(search) {
    this.search = search;
    if (this.filter.value !== search.picks.filter) this.filter.value = search.picks.filter;
    const names = [...search.columns.keys()], printed = ['status', ...mainNames(search)];
    this.printClass = (name) => (printed.includes(name) ? '' : 'unprinted');
    if (String(names) !== String(this.names)) this.head.replaceChildren(...names.map((name) => this.heading(name)));
    this.names = names;
    this.refill();
  }
  heading(name) {
    return html(
        'th', {class: this.printClass(name)}, html('button', {type: 'button', onclick: () => this.sortBy(name)}));
  }
  sortBy(name) {
    const {order} = this.search.picks;
    this.pick({order: {name, down: order.name === name && !order.down}, page: 0});
  }
  pick(changes) {
    Object.assign(this.search.picks, changes);
    this.refill();
  }
  refill() {
    const {filter, order} = this.search.picks;
    this.problem = null;
    try {
      this.rows = sorted(this.search, filtered(this.search, filter), order);
    } catch (error) {
      [this.rows, this.problem] = [[], error.message];
    }
    this.fill();
  }
  fill() {
    const {search, names, rows} = this, {order, page} = search.picks, last = Math.ceil(rows.length / pageRows) - 1;
    search.picks.page = Math.max(0, Math.min(page, last));
    const from = search.picks.page * pageRows, shown = rows.slice(from, from + pageRows);
    names.forEach((name, i) => this.mark(this.head.cells[i], name, order));
    const digits = names.map((name) => tellingDigits(shown.map((row) => search.column(name).value(row))));
    this.body.replaceChildren(...shown.map(
        (row) => html('tr', {}, ...names.map((name, i) => {
          const value = search.column(name).value(row);
          return html('td', {class: `${cellKind(value)} ${this.printClass(name)}`}, numberText(value, digits[i]));
        }))));
    this.count.textContent = this.problem ??
        (rows.length ? `${grouped(from + 1)} to ${grouped(from + shown.length)} of ${grouped(rows.length)}` :
                       'no trial meets the filter');
  }
  mark(heading, name, order) {
    const sort = order.name !== name ? 'none' : order.down ? 'descending' : 'ascending';
    heading.setAttribute('aria-sort', sort);
    heading.firstChild.textContent = name + {none: '', descending: ' ▾', ascending: ' ▴'}[sort];
  }
}

let trialTable = null;

panel({
  id: 'table',
  title: 'All trials',
  wide: true,
  plain: true,
  lasting: true,
  sees:
      'A click on a heading sorts. The filter takes conditions and texts, with commas between; brushes over the parallel coordinates filter, too. Times are in seconds; started and finished count from the first start.',
  fits: () => true,
  draw(box, search) {
    trialTable ??= new TrialTable(box);
    trialTable.show(search);
  },
  rows: (search) => {
    const columns = [...search.columns.values()];
    return [
      columns.map((column) => column.name), ...trialTable.rows.map((row) => columns.map((column) => column.value(row)))
    ];
  },
});
