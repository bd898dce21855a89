// A drawing with two axes.

const tip = {
  show(lines, event) {
    const box = document.getElementById('tip');
    box.replaceChildren(...lines.map((line) => html('div', {}, line)));
    box.hidden = false;
    const left = Math.min(event.clientX + 14, window.innerWidth - box.offsetWidth - 8);
    const above = event.clientY + 18 + box.offsetHeight > window.innerHeight;
    box.style.left = Math.max(4, left) + 'px';
    box.style.top = (above ? event.clientY - box.offsetHeight - 10 : event.clientY + 16) + 'px';
  },
  hide() {
    document.getElementById('tip').hidden = true;
  },
};

/** Ticks whose texts do not run into each other: every so many, where they are all alike long. */
function roomy(ticks, scale, size) {
  let last = -Infinity;
  return [...ticks].sort((a, b) => scale.place(a.value) - scale.place(b.value)).filter((tick) => {
    const place = scale.place(tick.value), half = size(tick) / 2;
    if (place - half < last) return false;
    last = place + half;
    return true;
  });
}

const shortened = (text, most) => (text.length <= most ? text : text.slice(0, most - 1) + '…');

/** A drawing whose marks show, under the pointer, what they are. */
class Drawing {
  constructor(box, height, label, least = 240) {
    this.width = Math.max(least, box.clientWidth);
    this.height = height;
    this.svg = svg(
        'svg', {width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: 'img', 'aria-label': label});
    this.targets = [];
    this.svg.addEventListener('pointermove', (event) => this.point(event));
    this.svg.addEventListener('pointerleave', tip.hide);
    box.append(this.svg);
  }
  add(tag, attributes, ...children) {
    const element = svg(tag, attributes, ...children);
    this.svg.append(element);
    return element;
  }
  text(x, y, text, attributes = {}) {
    return this.add('text', {x, y, ...attributes}, text);
  }
  /** From now on a pointer near (x, y) is told `lines()`. */
  target(x, y, lines) {
    this.targets.push([x, y, lines]);
  }
  point(event) {
    const frame = this.svg.getBoundingClientRect(), x = event.clientX - frame.left, y = event.clientY - frame.top;
    let near = null, least = 24 ** 2;
    for (const target of this.targets) {
      const distance = (target[0] - x) ** 2 + (target[1] - y) ** 2;
      if (distance < least) [near, least] = [target, distance];
    }
    near ? tip.show(near[2](), event) : tip.hide();
  }
}

/** A drawing with an axis below and one at the left; `x` and `y` make a scale of a range of pixels. */
class Chart extends Drawing {
  constructor(box, {x, y, xLabel, yLabel, height = 300, right = 14}) {
    super(box, height, `${yLabel} by ${xLabel}`);
    const bottom = height - 40, top = 24;
    this.y = y([bottom - 4, top + 4]);
    const widest = Math.max(3, ...this.y.ticks.map((tick) => shortened(tick.text, 16).length));
    this.left = 14 + widest * 6.6;
    this.x = x([this.left + 8, this.width - right]);
    this.drawAxes(top, bottom, right, xLabel, yLabel);
  }
  drawAxes(top, bottom, right, xLabel, yLabel) {
    const xTicks = roomy(this.x.ticks, this.x, (tick) => shortened(tick.text, 16).length * 6.6 + 10);
    const yTicks = roomy(this.y.ticks, this.y, () => 14);
    for (const tick of yTicks) {
      const y = this.y.place(tick.value);
      this.add('path', {class: 'grid', d: `M${this.left} ${y}H${this.width - right}`});
      this.text(this.left - 6, y + 4, shortened(tick.text, 16), {'text-anchor': 'end'});
    }
    for (const tick of xTicks) {
      const x = this.x.place(tick.value);
      this.add('path', {class: 'tick', d: `M${x} ${bottom}v5`});
      this.text(x, bottom + 17, shortened(tick.text, 16), {'text-anchor': 'middle'});
    }
    this.add('path', {class: 'axis', d: `M${this.left} ${bottom}H${this.width - right}`});
    this.text(this.width - right, bottom + 34, xLabel, {'text-anchor': 'end', class: 'label'});
    this.text(4, 13, yLabel, {class: 'label'});
    this.bottom = bottom;
  }
  /** Dots of one kind, as one path; `points` are {x, y, lines}, in values. */
  dots(points, attributes) {
    let path = '';
    for (const {x, y, lines} of points) {
      const [left, top] = [this.x.place(x), this.y.place(y)];
      path += `M${left.toFixed(1)} ${top.toFixed(1)}h0`;
      if (lines) this.target(left, top, lines);
    }
    return this.add(
        'path', {d: path, ...attributes, class: `dots ${attributes.class ?? ''}${points.length < 400 ? ' few' : ''}`});
  }
  /** A line through `points`; `stepped`: it keeps a value until the next. */
  line(points, attributes, stepped = false) {
    let path = '';
    for (const {x, y} of points) {
      const [left, top] = [this.x.place(x).toFixed(1), this.y.place(y).toFixed(1)];
      path += path === '' ? `M${left} ${top}` : stepped ? `H${left}V${top}` : `L${left} ${top}`;
    }
    return this.add('path', {d: path, ...attributes, class: `line ${attributes.class ?? ''}`});
  }
}

/** A scale of metrics: a little room beyond the extremes. */
function metricScale(values) {
  const [low, high] = extent(values) ?? [0, 1], log = logarithmic(values), room = log ? 0 : (high - low) * 0.04;
  return (range) => numberScale([low - room, high + room], range, {log});
}
