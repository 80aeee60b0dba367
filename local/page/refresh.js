// Every two seconds the page is fetched again and its <main> put in place of this one, with what the reader had opened and
// scrolled left as it was. Without this script the page is the same, and is reloaded by hand.
const EVERY_MS = 2000;
const status = document.querySelector('#status');
let last = '';

async function refresh() {
  const main = document.querySelector('main');
  const selection = getSelection();
  const reading = selection && !selection.isCollapsed && main.contains(selection.anchorNode);
  if (document.hidden || reading) return;
  const answer = await fetch('/', { headers: { accept: 'text/html' } });
  if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
  const text = await answer.text();
  if (text === last) return;
  last = text;
  const next = new DOMParser().parseFromString(text, 'text/html').querySelector('main');
  if (!next) return;
  for (const before of main.querySelectorAll('details[id]')) {
    const after = next.querySelector(`#${CSS.escape(before.id)}`);
    if (after) after.open = before.open;
  }
  const scrolled = [...main.querySelectorAll('[data-scrolls][id]')].map(({ id, scrollLeft, scrollTop }) => [
    id,
    scrollLeft,
    scrollTop,
  ]);
  const focused = document.activeElement;
  const home = main.contains(focused) ? focused.closest('[id]') : null;
  const place = home ? [...home.querySelectorAll('a, summary')].indexOf(focused) : -1;
  const { scrollX, scrollY } = window;
  main.replaceWith(document.adoptNode(next));
  for (const [id, left, top] of scrolled) document.getElementById(id)?.scrollTo(left, top);
  if (home) {
    const again = document.getElementById(home.id);
    const there = home === focused ? again : again?.querySelectorAll('a, summary')[place];
    there?.focus({ preventScroll: true });
  }
  window.scrollTo(scrollX, scrollY);
}

async function keepFresh() {
  try {
    await refresh();
    status.textContent = '';
  } catch {
    status.textContent = 'The wire does not answer. What stands here is what it said last.';
  }
  setTimeout(keepFresh, EVERY_MS);
}

setTimeout(keepFresh, EVERY_MS);
