// Parallel coordinates.

const mostLines = 2000;

class Parallel extends Drawing {
  constructor(box, search) {
    const names = [...search.names('axis'), search.choice];
    super(box, 340, 'parallel coordinates', 92 * names.length);
    Object.assign(this, {search, names, brushes: search.picks.brushes});
    const columns = names.map((name) => search.column(name));
    this.rows = search.thinned(rowsWith(search, names), mostLines);
    // Failed trials have no line, but their values are on the axes.
    const tried = [...this.rows, ...rowsWithout(search, {metric: search.choice, by: 'trial'})];
    this.scales =
        columns.map((column) => columnScale(column, column.role === 'axis' ? tried : this.rows, [300, 44], 8));
    this.pick();
  }
  x(i) {
    return 52 + i * (this.width - 104) / Math.max(1, this.names.length - 1);
  }
  draw() {
    this.svg.replaceChildren();
    this.drawLines();
    this.names.forEach((name, i) => this.drawAxis(name, i));
  }
  /** In five parts, from the worst to the best eighth, which lies on top. */
  drawLines() {
    const place = new Map(this.search.ranked.map((row, i) => [row, i / this.search.ranked.length]));
    const within = this.rows.filter((row) => !this.search.picked || this.search.picked[row]);
    const without = this.search.picked ? this.rows.filter((row) => !this.search.picked[row]) : [];
    this.add('path', {class: 'line out', d: without.map((row) => this.path(row)).join('')});
    const ends = [0, 1 / 8, 1 / 4, 1 / 2, 3 / 4, 2];
    for (let part = 4; part >= 0; --part) {
      const rows = within.filter((row) => place.get(row) >= ends[part] && place.get(row) < ends[part + 1]);
      this.add('path', {class: `line step${part}`, d: rows.map((row) => this.path(row)).join('')});
    }
  }
  path(row) {
    return this.names.map((name, i) => `${i ? 'L' : 'M'}${this.x(i).toFixed(1)} ${this.y(i, row).toFixed(1)}`).join('');
  }
  y(i, row) {
    return this.scales[i].place(this.search.column(this.names[i]).values[row]);
  }
  drawAxis(name, i) {
    const x = this.x(i), last = i === this.names.length - 1;
    this.add('path', {class: 'axis', d: `M${x} 44V300`});
    this.text(x, i % 2 ? 14 : 30, shortened(name, 26), {
      'text-anchor': i === 0 ? 'start' :
          last               ? 'end' :
                               'middle',
      class: 'label',
      ...(i === 0  ? {x: 4} :
              last ? {x: this.width - 4} :
                     {})
    });
    for (const tick of roomy(this.scales[i].ticks, this.scales[i], () => 13))
      this.text(
          x + (last ? -7 : 7), this.scales[i].place(tick.value) + 4, shortened(tick.text, 14),
          {class: 'halo', 'text-anchor': last ? 'end' : 'start'});
    const brush = this.span(name);
    if (brush)
      this.add(
          'rect', {class: 'brush', x: x - 8, width: 16, y: Math.min(...brush), height: Math.abs(brush[1] - brush[0])});
    this.add('rect', {
      class: 'handle',
      'data-axis': name,
      x: x - 14,
      width: 28,
      y: 38,
      height: 268,
      onpointerdown: (event) => this.begin(event, name)
    });
  }
  pixel(event) {
    return Math.min(302, Math.max(42, event.clientY - this.svg.getBoundingClientRect().top));
  }
  /** Listens at the window: a renewal may replace the drawing under the pointer. */
  begin(event, name) {
    if (event.button !== 0) return;
    const start = this.pixel(event), until = new AbortController();
    const end = (last) => {
      if (last.pointerId !== event.pointerId) return;
      until.abort();
      if (last.type === 'pointerup') parallel.brush(name, start, parallel.pixel(last));
    };
    event.preventDefault();
    for (const type of ['pointerup', 'pointercancel']) window.addEventListener(type, end, {signal: until.signal});
  }
  brush(name, start, end) {
    const held = Math.abs(end - start) < 4 ? [] : this.held(name, extent([start, end].map(this.scale(name).value)));
    held.length ? this.brushes.set(name, held) : this.brushes.delete(name);
    this.pick();
    trialTable?.pick({page: 0});
  }
  scale(name) {
    return this.scales[this.names.indexOf(name)];
  }
  /** What a brush covers: for numbers both ends; for words each of them, since others may come in between later. */
  held(name, [low, high]) {
    const {ticks, number} = this.scale(name);
    if (!this.search.column(name).words) return [low, high];
    return ticks.filter(({value}) => number(value) >= low && number(value) <= high).map(({text}) => text);
  }
  /** The pixels from one end of a brush to the other; null: there is none. */
  span(name) {
    const held = this.brushes.get(name), {ticks, number, pixel} = this.scale(name);
    if (!held || !this.search.column(name).words) return held?.map(pixel);
    const numbers = extent(ticks.filter(({text}) => held.includes(text)).map(({value}) => number(value)));
    return numbers && [pixel(numbers[0] - 0.5), pixel(numbers[1] + 0.5)];
  }
  /** The rows that are within every brush. */
  pick() {
    const {search} = this;
    const tests = [...this.brushes].filter(([name]) => this.names.includes(name)).map(([name, held]) => {
      const column = search.column(name), {values} = column;
      if (column.words) return (row) => held.includes(column.text(values[row]));
      return (row) => values[row] !== null && values[row] >= held[0] && values[row] <= held[1];
    });
    search.picked = tests.length ? search.rows.map((row) => tests.every((test) => test(row))) : null;
    this.draw();
  }
}

let parallel = null;  // the drawing on the page

panel({
  id: 'parallel',
  title: 'Parallel coordinates',
  wide: true,
  lasting: true,
  sees:
      'A line is a trial, from its hyperparameters to its value at the right; the best eighth is orange and lies on top, then blue, ever paler. Drag along an axis to pick a range, which the table then shows alone; click it to let go.',
  fits: (search) => search.ranked.length > 1 && search.names('axis').length > 1,
  draw(box, search) {
    this.holder ??= box.appendChild(html('div', {class: 'scroll'}));
    parallel = new Parallel(this.holder, search);
    this.holder.replaceChildren(parallel.svg);
    return drawnText(parallel.rows.length, search.ranked.length);
  },
  rows: (search) => {
    const names = [...search.names('axis'), search.choice];
    return [names, ...rowsWith(search, names).map((row) => names.map((name) => search.column(name).value(row)))];
  },
});
