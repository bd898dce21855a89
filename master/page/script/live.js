// Only in the page of `stormsweep serve`: polls for new data, and redraws what has changed.

const pollSeconds = 2;
let tag = data.tag;

const asOf = html('span'), trouble = html('span', {role: 'status'});

/** Shows the status below the heading; screen readers announce a new problem. */
function tell(problem) {
  asOf.textContent = `${problem ? 'As' : 'Live: as'} of ${data.made}. `;
  if (trouble.textContent !== problem) trouble.textContent = problem;
}

function renew(next) {
  const {name} = shown[0].search;
  data = next;
  searches = data.searches.map(() => null);
  show(Math.max(0, numberOf(name)));
}

async function poll() {
  try {
    const answer = await fetch('/api/data', {headers: {'If-None-Match': tag}});
    if (answer.status === 200) {
      renew(await answer.json());
      tag = answer.headers.get('ETag');
    }
    tell(answer.ok || answer.status === 304 ? '' : `The server refuses (${answer.status}). `);
  } catch {
    tell('The server does not answer. ');
  }
  setTimeout(poll, 1000 * pollSeconds);
}

document.getElementById('header').after(html(
    'p', {id: 'live', class: 'note'}, asOf, trouble,
    html('a', {href: '/report.html', download: 'report.html'}, 'save as report')));
poll();
