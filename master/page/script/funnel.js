// Halving, bracket by bracket.

const brackets = (search) => search.progress.flatMap((one) => one.brackets ?? []);

panel({
  id: 'funnel',
  title: 'Halving',
  sees:
      'A group is a bracket, a bar a rung: as long as the configurations that reach it, filled as far as they have ended.',
  fits: (search) => brackets(search).length > 0,
  draw(box, search) {
    const all = brackets(search), most = Math.max(...all.flatMap((one) => one.members));
    const bars = all.reduce((sum, one) => sum + one.epochs.length, 0), left = 190;
    const drawing = new Drawing(box, 10 + 18 * bars + 10 * all.length, 'rungs of halving');
    const room = drawing.width - left - 90;
    let y = 6;
    for (const {bracket, epochs, members, ended} of all) {
      epochs.forEach((epoch, rung) => {
        const width = (count) => Math.max(1, room * count / most);
        drawing.text(left - 8, y + 12, `bracket ${bracket}, ${counted(epoch, 'epoch')}`, {'text-anchor': 'end'});
        drawing.add('rect', {class: 'members', x: left, y, width: width(members[rung]), height: 14});
        if (ended[rung]) drawing.add('rect', {class: 'bar', x: left, y, width: width(ended[rung]), height: 14});
        drawing.text(left + width(members[rung]) + 6, y + 12, `${grouped(ended[rung])} of ${grouped(members[rung])}`);
        y += 18;
      });
      y += 10;
    }
  },
  rows: (search) => [
      ['bracket', 'epochs', 'ended', 'members'],
      ...brackets(search).flatMap(
          (one) => one.epochs.map((epochs, rung) => [one.bracket, epochs, one.ended[rung], one.members[rung]]))],
});
