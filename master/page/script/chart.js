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
window.addEventListener('pointerdown', tip.hide, true);  // before a drawing shows another tip

/** Those ticks whose texts do not overlap: every n-th, if all texts are equally long. */
function roomy(ticks, scale, size) {
  let last = -Infinity;
  return [...ticks].sort((a, b) => scale.place(a.value) - scale.place(b.value)).filter((tick) => {
    const place = scale.place(tick.value), half = size(tick) / 2;
    if (place - half < last) return false;
    last = place + half;
    return true;
  });
}

/** `text` cut to so many letters: beginning and end, because texts often differ at the end. */
function shortened(text, most) {
  if (text.length <= most) return text;
  const head = Math.floor(0.4 * (most - 1)), tail = Math.max(0, most - 1 - head);
  return text.slice(0, head) + '…' + text.slice(text.length - tail);
}

const letter = 6.6;  // width of one in a drawing, in pixels

/** A drawing whose marks show a tip under the pointer. */
class Drawing {
  constructor(box, height, label, least = 240) {
    this.width = Math.max(least, box.clientWidth);
    this.height = height;
    this.svg = svg(
        'svg', {width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: 'img', 'aria-label': label});
    this.targets = [];
    for (const type of ['pointerdown', 'pointermove']) this.svg.addEventListener(type, (event) => this.point(event));
    this.svg.addEventListener('pointercancel', tip.hide);
    // Lifting a finger counts as leaving: the tip then stays.
    this.svg.addEventListener('pointerleave', (event) => event.pointerType === 'touch' || tip.hide());
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
  /** Makes room below. */
  heighten(more) {
    this.height += more;
    this.svg.setAttribute('height', this.height);
    this.svg.setAttribute('viewBox', `0 0 ${this.width} ${this.height}`);
  }
  /** From now on a pointer near (x, y) shows `lines()` as a tip. */
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

/**
 * A drawing with an axis below and one at the left; `x` and `y` make a scale of a range of pixels. `clip`: lines that
 * leave the frame are cut there.
 */
class Chart extends Drawing {
  constructor(box, {x, y, xLabel, yLabel, height = 300, right = 14, clip = false}) {
    super(box, height, `${yLabel} by ${xLabel}`);
    const bottom = height - 40, top = 24;
    this.y = y([bottom - 4, top + 4]);
    const widest = Math.max(3, ...this.y.ticks.map((tick) => shortened(tick.text, 16).length));
    this.left = 14 + widest * letter;
    this.x = x([this.left + 8, this.width - right]);
    this.bottom = bottom;
    this.drawAxes(right, xLabel, yLabel);
    const [wide, high] = [this.width - this.left, bottom - top];
    this.frame = clip ?
        this.add(
            'svg', {x: this.left, y: top, width: wide, height: high, viewBox: `${this.left} ${top} ${wide} ${high}`}) :
        this.svg;
  }
  drawAxes(right, xLabel, yLabel) {
    const end = this.width - right, bottom = this.bottom, log = (scale) => (scale.log ? ', log scale' : '');
    for (const tick of roomy(this.y.ticks, this.y, () => 14)) {
      const y = this.y.place(tick.value);
      this.add('path', {class: 'grid', d: `M${this.left} ${y}H${end}`});
      this.text(this.left - 6, y + 4, shortened(tick.text, 16), {'text-anchor': 'end'});
    }
    this.drawTicksBelow();
    this.add('path', {class: 'axis', d: `M${this.left} ${bottom}H${end}`});
    const title = (name, scale, room) => shortened(name, Math.floor(room / 7.4) - log(scale).length) + log(scale);
    this.text(end, this.height - 6, title(xLabel, this.x, end - 4), {'text-anchor': 'end', class: 'label'});
    this.text(4, 13, title(yLabel, this.y, this.width - 8), {class: 'label'});
  }
  /** Numbers that have no room are left out; words are turned, and left out where even lines would overlap. */
  drawTicksBelow() {
    const size = (tick) => shortened(tick.text, 16).length * letter;
    const level = roomy(this.x.ticks, this.x, (tick) => size(tick) + 10),
          turned = this.x.part && level.length < this.x.ticks.length;
    const shown = turned ? roomy(this.x.ticks, this.x, () => 18) : level;
    for (const tick of shown) {
      const x = this.x.place(tick.value), y = this.bottom + 17, room = turned ? (x - 6) / 5.6 : 16;
      const text = shortened(tick.text, Math.min(16, Math.floor(room)));
      this.add('path', {class: 'tick', d: `M${x} ${this.bottom}v5`});
      if (turned)
        this.text(x + 3, y - 2, text, {'text-anchor': 'end', transform: `rotate(-40 ${x + 3} ${y - 2})`});
      else
        this.text(Math.min(x, this.width - size(tick) / 2 - 1), y, text, {'text-anchor': 'middle'});
    }
    if (turned) this.heighten(Math.max(...shown.map(size)) * 0.64);
  }
  /** A legend below the axis: [{text, attributes}], with the attributes of the lines. */
  legend(items) {
    let x = 8, y = this.height + 8;
    for (const {text, attributes} of items) {
      const wide = 44 + text.length * letter;
      if (x > 8 && x + wide > this.width) [x, y] = [8, y + 18];
      this.add('path', {d: `M${x} ${y}h22`, ...attributes, class: `line ${attributes.class ?? ''}`});
      this.text(x + 28, y + 4, text);
      x += wide;
    }
    this.heighten(y + 12 - this.height);
  }
  /** Marks on the axis below, for rows without a value. */
  markBelow(values) {
    const d = values.map((value) => `M${this.x.place(value).toFixed(1)} ${this.bottom}v-7`).join('');
    this.add('path', {class: 'without', d});
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
    const element = svg('path', {d: path, ...attributes, class: `line ${attributes.class ?? ''}`});
    this.frame.append(element);
    return element;
  }
}

/** A scale of metrics: a little room beyond the extremes. */
function metricScale(values, log = logarithmic(values)) {
  const [low, high] = extent(values) ?? [0, 1], room = log ? 0 : (high - low) * 0.04;
  return (range) => numberScale([low - room, high + room], range, {log});
}
