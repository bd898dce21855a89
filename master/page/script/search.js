// A search as the page has it.

const withUnit = (name, unit) => (unit ? `${name} (${unit})` : name);

/** Values of one column, a row each: numbers, or places of words. */
class Column {
  constructor({name, role, unit, log, words, values}) {
    Object.assign(this, {name, role, unit, log, words, values});
    this.title = withUnit(name, unit);
  }
  value(row) {
    const value = this.values[row];
    return this.words && value !== null ? this.words[value] : value;
  }
  /** The values that occur in `rows`, ascending; words in the order that the page has them in. */
  distinct(rows) {
    const found = new Set(rows.map((row) => this.values[row]));
    found.delete(null);
    return [...found].sort((a, b) => a - b);
  }
  text(value) {
    return this.words && value !== null ? this.words[value] : numberText(value);
  }
}

/**
 * What the reader picks of a search's trials, by its name: it outlives the data, which a server sends anew. `brushes`:
 * of an axis of numbers both ends, of one of words those that it holds.
 */
const picks = new Map();

function picksOf(name) {
  if (!picks.has(name)) picks.set(name, {brushes: new Map(), filter: '', order: {name: 'trial', down: false}, page: 0});
  return picks.get(name);
}

class Search {
  constructor(json) {
    Object.assign(this, json);
    this.columns = new Map(json.columns.map((column) => [column.name, new Column(column)]));
    this.size = this.column('trial').values.length;
    this.rows = Array.from({length: this.size}, (_, row) => row);
    this.picks = picksOf(this.name);
    this.picked = null;  // for each row, whether it is within the brushes; null: there are none
    this.rank();
  }
  column(name) {
    return this.columns.get(name);
  }
  /** The names of the columns of that role. */
  names(role) {
    return [...this.columns.values()].filter((column) => column.role === role).map((column) => column.name);
  }
  /** Complete rows that have the metric, the best first, at a tie the first training. */
  rank() {
    const status = this.column('status'), metric = this.column(this.choice), training = this.column('training');
    this.complete = this.rows.filter((row) => status.value(row) === 'complete');
    this.ranked = metric ? this.complete.filter((row) => metric.values[row] !== null) : [];
    const sign = this.goal === 'minimize' ? 1 : -1;
    const first = (a, b) => training ? training.values[a] - training.values[b] : 0;
    this.ranked.sort((a, b) => sign * (metric.values[a] - metric.values[b]) || first(a, b));
  }
  better(a, b) {
    return this.goal === 'minimize' ? a < b : a > b;
  }
  /** At most `most` of `rows`: the best of all trials, and every so many of the others. In the order of the rows. */
  thinned(rows, most) {
    if (rows.length <= most) return rows;
    const best = new Set(this.ranked.slice(0, Math.floor(most / 10)));
    const drawn = rows.filter((row) => !best.has(row)).sort((a, b) => drawOf(a) - drawOf(b)).slice(0, most - best.size);
    return rows.filter((row) => best.has(row)).concat(drawn).sort((a, b) => a - b);
  }
  /** A trial in words: what was varied, what came of it. */
  describe(row) {
    const names = ['trial', ...this.names('axis'), this.choice, 'wall_seconds', 'error'];
    return names.filter((name) => this.column(name) && this.column(name).values[row] !== null)
        .map((name) => `${name} ${this.column(name).text(this.column(name).values[row])}`);
  }
  /** What a trial with that number is in words, where the page lists it. */
  describeTrial(trial) {
    const row = this.column('trial').values.indexOf(trial);
    return row < 0 ? [`trial ${trial}`] : this.describe(row);
  }
}
