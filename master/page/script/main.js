// The page: one search at a time.

let data = JSON.parse(document.getElementById('data').textContent);
let searches = data.searches.map(() => null);  // made when first looked at
let shown = [];

function drawHeader(number, search) {
  const names = data.searches.map((one) => one.name),
        heading = html('h1', {}, search.name, ' ', html('small', {}, search.experiment));
  const change = (name) => show(names.indexOf(name));
  const chooser = names.length > 1 ?
      [html(
          'div', {class: 'choices'},
          choice({name: 'search', label: 'search', options: names, value: names[number]}, change))] :
      [];
  const question = JSON.parse(search.space).description;
  document.getElementById('header').replaceChildren(
      heading, ...chooser, ...(question ? [html('p', {}, question)] : []),
      html('p', {class: 'note'}, `${data.made}, stormsweep ${data.version}, by: ${data.command}`));
}

/** Each panel is drawn in a moment of its own, so that the page is there at once. What the reader chose stays. */
function show(number) {
  const search = (searches[number] ??= new Search(data.searches[number]));
  drawHeader(number, search);
  const before = new Map(shown.map((one) => [one.kind, one.values]));
  shown = panels.filter((kind) => kind.fits(search)).map((kind) => new Shown(kind, search, before.get(kind)));
  document.getElementById('panels').replaceChildren(...shown.map((one) => one.section));
  document.body.dataset.drawn = 'no';
  drawNext([...shown]);
}

function drawNext(waiting) {
  const next = waiting.shift();
  if (!next) {
    document.body.dataset.drawn = 'yes';
    return;
  }
  setTimeout(() => drawNext(waiting));  // before it is drawn: a panel that fails must not take the others with it
  if (shown.includes(next)) next.draw();
}

let width = document.documentElement.clientWidth;
// Of what lies beside a scrollbar, which comes while panels are drawn.
new ResizeObserver(() => {
  if (document.documentElement.clientWidth === width) return;
  width = document.documentElement.clientWidth;
  drawNext([...shown]);
}).observe(document.documentElement);
window.addEventListener('beforeprint', () => shown.forEach((one) => one.draw()));

show(0);
