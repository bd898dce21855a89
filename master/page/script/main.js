// The page: one search at a time.

let data = JSON.parse(document.getElementById('data').textContent);
let searches = data.searches.map(() => null);  // made when first looked at
let waiting = [];                              // panels that are yet to be drawn

const numberOf = (name) => data.searches.findIndex((search) => search.name === name);
const heading = html('h1'), about = html('div'), chosen = chooser('search', 'search', (name) => show(numberOf(name))),
      choosing = html('div', {class: 'choices'}, html('label', {}, 'search ', chosen));
const shown = panels.map((kind) => new Shown(kind));

function drawHeader(search) {
  const question = JSON.parse(search.space).description;
  heading.replaceChildren(search.name, ' ', html('small', {}, search.experiment));
  offer(chosen, data.searches.map((one) => one.name), search.name);
  choosing.hidden = data.searches.length < 2;
  about.replaceChildren(
      ...(question ? [html('p', {}, question)] : []),
      html('p', {class: 'note'}, `${data.made}, stormsweep ${data.version}, by: ${data.command}`));
}

/** Keeps what the reader chose. */
function show(number) {
  const search = (searches[number] ??= new Search(data.searches[number]));
  drawHeader(search);
  for (const one of shown) one.show(search);
  drawAll();
}

const drawable = () => shown.filter(({section}) => !section.hidden);

/** Each panel is drawn by an event of its own, so that the page appears at once. */
function drawAll() {
  waiting = drawable();
  document.body.dataset.drawn = 'no';
  setTimeout(drawNext);
}

function drawNext() {
  const next = waiting.shift();
  if (!next) {
    document.body.dataset.drawn = 'yes';
    return;
  }
  setTimeout(drawNext);  // scheduled before drawing: a panel that fails must not keep the others from being drawn
  next.draw();
}

let width = document.documentElement.clientWidth;
// A scrollbar that appears while panels are drawn changes the width.
new ResizeObserver(() => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  drawAll();
}).observe(document.documentElement);
window.addEventListener('beforeprint', () => drawable().forEach((one) => one.draw()));

document.getElementById('header').append(heading, choosing, about);
document.getElementById('panels').append(...shown.map(({section}) => section));
show(0);
