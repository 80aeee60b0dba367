import type { Figures } from './report.ts';
import { countName } from './report.ts';

interface Series {
  name: string;
  /** A class of the style sheet. */
  look: 'ours' | 'more' | 'most' | 'floor' | 'theirs' | 'theirs even';
  points: { x: number; y: number }[];
}

interface Panel {
  title: string;
  xName: string;
  series: Series[];
}

const WIDTH = 340;
const HEIGHT = 300;
const MARGIN = { left: 52, right: 20, top: 34, bottom: 44 };
const LEGEND = 18;

/** Growth with rules, words and matches, three panels of microseconds an article on logarithmic scales. */
export function picture(figures: Figures): string {
  const panels = [withRules(figures), withWords(figures), withMatches(figures)];
  const legendRows = Math.max(...panels.map(({ series }) => series.length));
  const height = HEIGHT + legendRows * LEGEND + 10;
  const drawn = panels.map((panel, i) => `<g transform="translate(${i * WIDTH} 0)">${draw(panel)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * WIDTH} ${height}" role="img" aria-label="Microseconds an article by rules, by words and by matches">
<style>
  svg { font: 12px system-ui, sans-serif; background: #fff }
  .paper { fill: #fff }
  text { fill: #24292f }
  .small { font-size: 11px; fill: #57606a }
  .title { font-weight: 600; font-size: 13px }
  .grid { stroke: #d0d7de; stroke-width: 1 }
  path { fill: none; stroke-width: 2; stroke-linejoin: round }
  .ours { stroke: #0969da } .more { stroke: #8250df } .most { stroke: #1a7f37 } .theirs { stroke: #cf222e } .floor { stroke: #6e7781; stroke-dasharray: 4 3 }
  .even { stroke-dasharray: 9 4 }
  circle { stroke: none } circle.ours { fill: #0969da } circle.more { fill: #8250df } circle.most { fill: #1a7f37 } circle.theirs { fill: #cf222e } circle.floor { fill: #6e7781 }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    .paper { fill: #0d1117 }
    text { fill: #e6edf3 }
    .small { fill: #9198a1 }
    .grid { stroke: #30363d }
    .ours { stroke: #58a6ff } .more { stroke: #bc8cff } .most { stroke: #56d364 } .theirs { stroke: #ff7b72 } .floor { stroke: #9198a1 }
    circle.ours { fill: #58a6ff } circle.more { fill: #bc8cff } circle.most { fill: #56d364 } circle.theirs { fill: #ff7b72 } circle.floor { fill: #9198a1 }
  }
</style>
<rect class="paper" width="100%" height="100%"/>
${drawn.join('\n')}
</svg>
`;
}

function withRules({ sizes, contests }: Figures): Panel {
  const of = (shape: string) =>
    sizes
      .filter((one) => one.shape === shape && one.language === 'English')
      .map(({ count, seconds }) => ({ x: count, y: seconds * 1e6 }));
  const floor = sizes.filter((one) => one.shape === 'selective' && one.language === 'English');
  const lucene = (shape: string) =>
    contests
      .filter((one) => one.shape === shape && one.language === 'English')
      .map(({ count, luceneSeconds }) => ({ x: count, y: luceneSeconds * 1e6 }));
  return {
    title: 'More rules',
    xName: 'rules, articles of 500 words',
    series: [
      { name: 'Lucene Monitor at its best, dense', look: 'theirs', points: lucene('dense') },
      { name: 'Lucene Monitor at its best, selective', look: 'theirs even', points: lucene('selective') },
      { name: 'Bellwire, dense', look: 'more', points: of('dense') },
      { name: 'Bellwire, OR-lists with NEAR', look: 'most', points: of('or-near') },
      { name: 'Bellwire, selective', look: 'ours', points: of('selective') },
      {
        name: 'cutting into words alone',
        look: 'floor',
        points: floor.map(({ count, floorSeconds }) => ({ x: count, y: floorSeconds * 1e6 })),
      },
    ],
  };
}

function withWords({ words }: Figures): Panel {
  const of = (shape: string) => words.filter((one) => one.shape === shape);
  const points = (shape: string) => of(shape).map(({ length, seconds }) => ({ x: length, y: seconds * 1e6 }));
  return {
    title: 'Longer articles',
    xName: `words, ${countName(words[0]?.count ?? 0)} rules`,
    series: [
      { name: 'Bellwire, dense', look: 'more', points: points('dense') },
      { name: 'Bellwire, selective', look: 'ours', points: points('selective') },
      {
        name: 'cutting into words alone',
        look: 'floor',
        points: of('selective').map(({ length, floorSeconds }) => ({ x: length, y: floorSeconds * 1e6 })),
      },
    ],
  };
}

function withMatches({ matches }: Figures): Panel {
  return {
    title: 'More matches',
    xName: `matches an article, ${countName(matches[0]?.count ?? 0)} rules`,
    series: [
      {
        name: 'Bellwire, selective and dense mixed',
        look: 'ours',
        points: matches.map((one) => ({ x: one.matches, y: one.seconds * 1e6 })),
      },
      {
        name: 'cutting into words alone',
        look: 'floor',
        points: matches.map((one) => ({ x: one.matches, y: one.floorSeconds * 1e6 })),
      },
    ],
  };
}

function draw({ title, xName, series }: Panel): string {
  const shown = series.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  const x = scale(
    all.map((point) => point.x),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = scale(
    all.map((point) => point.y),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const [left, right, top, bottom] = [MARGIN.left, WIDTH - MARGIN.right, MARGIN.top, HEIGHT - MARGIN.bottom];
  const lines = [
    `<text class="title" x="${left}" y="18">${title}</text>`,
    ...y.decades.map(
      (value) =>
        `<path class="grid" d="M${left} ${y.at(value)}H${right}"/><text class="small" x="${left - 6}" y="${y.at(value) + 4}" text-anchor="end">${micros(value)}</text>`,
    ),
    ...x.decades.map(
      (value) =>
        `<path class="grid" d="M${x.at(value)} ${top}V${bottom}"/><text class="small" x="${x.at(value)}" y="${bottom + 16}" text-anchor="middle">${countName(value)}</text>`,
    ),
    `<text class="small" x="${(left + right) / 2}" y="${bottom + 34}" text-anchor="middle">${xName}</text>`,
    ...shown.map(({ look, points }) => {
      const at = points.toSorted((a, b) => a.x - b.x).map((point) => ({ x: x.at(point.x), y: y.at(point.y) }));
      const dots =
        look === 'floor' ? [] : at.map((point) => `<circle class="${look}" cx="${point.x}" cy="${point.y}" r="3"/>`);
      return `<path class="${look}" d="M${at.map((point) => `${point.x} ${point.y}`).join('L')}"/>${dots.join('')}`;
    }),
    ...shown.map(({ name, look }, i) => {
      const line = HEIGHT + 6 + i * LEGEND;
      return `<path class="${look}" d="M${left} ${line}h22"/><text class="small" x="${left + 28}" y="${line + 4}">${name}</text>`;
    }),
  ];
  return lines.join('\n');
}

/** A logarithmic scale over whole decades. What is below 1 is drawn at 1. */
function scale(values: readonly number[], from: number, to: number) {
  const logs = values.map((value) => Math.log10(Math.max(1, value)));
  const low = Math.floor(Math.min(...logs) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs) - 1e-9));
  const at = (value: number) => {
    const share = (Math.log10(Math.max(1, value)) - low) / (high - low);
    return Math.round((from + share * (to - from)) * 10) / 10;
  };
  return { at, decades: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)) };
}

function micros(value: number): string {
  return value >= 1_000_000 ? `${value / 1_000_000} s` : value >= 1000 ? `${value / 1000} ms` : `${value} µs`;
}
