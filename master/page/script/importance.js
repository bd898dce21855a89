// Which hyperparameters matter.

const mostBars = 14;

panel({
  id: 'importance',
  title: 'Importance',
  sees: 'How much each hyperparameter, and each pair beyond its two, accounts for.',
  fits: (search) => search.importance !== null,
  draw(box, search) {
    const {exact, effects} = search.importance, shown = effects.slice(0, mostBars),
                  labels = shown.map(({axes}) => axes.join(' × '));
    const drawing = new Drawing(box, 16 + 24 * shown.length, 'importance of hyperparameters');
    const left = Math.min(drawing.width * 0.6, 12 + 6.8 * Math.max(...labels.map((text) => text.length)));
    const room = drawing.width - left - 56, most = Math.max(...shown.map(({share}) => share), 1e-9);
    shown.forEach(({axes, share}, i) => {
      const y = 8 + 24 * i, width = room * share / most;
      drawing.text(left - 8, y + 14, shortened(labels[i], Math.floor(left / 6.8)), {'text-anchor': 'end'});
      drawing.add(
          'rect',
          {class: axes.length > 1 ? 'bar pair' : 'bar', x: left, y: y + 3, width: Math.max(1, width), height: 15});
      drawing.text(left + width + 6, y + 14, `${(100 * share).toFixed(1)} %`);
    });
    return exact ?
        `Shares of the variance of ${search.choice} over ${
            rowsWithout(search, {metric: search.choice, by: 'trial'}).length ?
                'what of the grid is complete' :
                'the whole grid'} (functional ANOVA); the rest is of three or more together.` :
        'How differently from all trials the best tenth is distributed over each (PED-ANOVA): no grid of few values was tried whole.';
  },
  rows: (search) => [
      ['hyperparameters', 'share'], ...search.importance.effects.map(({axes, share}) => [axes.join(' x '), share])],
});
