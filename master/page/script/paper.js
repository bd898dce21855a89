// What the paper on the experiment says, beside this search.

function drawItem(box, item) {
  box.append(html('h3', {}, item.name), html('p', {}, item.about));
  for (const {what, value} of item.published ?? [])
    box.append(html('p', {class: 'published'}, html('strong', {}, 'Published'), ` ${what}: ${value}`));
  box.append(html(
      'div', {class: 'beside'},
      ...item.tables.map(
          ({title, header, rows, footnotes}) => html(
              'div', {}, html('p', {class: 'note'}, `Ours: ${title}`), tableOf(header, rows),
              ...footnotes.map((footnote) => html('p', {class: 'note'}, footnote))))));
  if (!item.tables.length && item.values.length)
    box.append(html('p', {class: 'lacks'}, `This search has not what it takes: run ${item.space}.`));
}

panel({
  id: 'paper',
  title: 'Beside the paper',
  wide: true,
  plain: true,
  sees: 'The published numbers, and the same tables of this search.',
  fits: (search) => search.paper !== undefined,
  draw(box, search) {
    box.append(html('p', {}, search.paper.paper), html('p', {class: 'note'}, search.paper.note));
    for (const item of search.paper.items) drawItem(box, item);
  },
  rows: (search) => search.paper.items.flatMap(
      (item) => [
          [item.name], ...(item.published ?? []).map(({what, value}) => ['published', what, value]),
          ...item.tables.flatMap(({title, header, rows}) => [['ours', title], header, ...rows])]),
});
