/**
 * The first screen of the page: what to do, the value that each element keeps by age, as small multiples on one scale, and worth, cost,
 * break-even value and confidence.
 */
import type { AuditReport, PlanEdit } from '../../domain/audit-report.ts'
import { asSentence, changeIntervalText, integerText, isAvailable } from '../../domain/figures.ts'
import { shortTitle } from '../../domain/setting-text.ts'
import type { AuditSummary, StalenessRow } from '../../domain/summary.ts'
import { pageAgesText, choiceText, safeAgesText, shownLevel, shownRows, titleOfElement } from '../report-text.ts'
import { TOLERATED_LOSS } from '../../statistics/freshness-threshold.ts'
import { svg, svgPoint } from './drawing.ts'
import { term } from './glossary.ts'
import { breakable, markup, type MarkupChild, type Markup } from './markup.ts'

export function verdictSection(report: AuditReport): Markup {
  const { summary, plans } = report
  const { known, unknown } = shownRows(summary.staleness)
  return markup`<header>
<p class="eyebrow">Latency audit of pipeline <b>${report.pipeline}</b>, model <b>${report.model}</b></p>
<h1>${summary.recommendation}</h1>
<p class="lead">${summary.reason}</p>
</header>
<section class="first" aria-labelledby="short"><div><h2 id="short">What is lost when data is older</h2>
${known.length > 0 && tiles(known, summary)}${unknown.length > 0 && markup`<p class="note">No interval: ${unknown.join(', ')}.</p>`}</div>
${facts(summary)}
${plans.edits.length > 0 && markup`<h3>The edit</h3>${plans.edits.map(editPart)}`}
</section>
${contents}
${findings(report)}
`
}

/** A tile for each element. */
const tiles = (
  rows: readonly StalenessRow[],
  { outcome }: AuditSummary,
): Markup => markup`<p class="note">Change of <b>${outcome}</b> at each age, from fresh to old, ${modesOf(rows)}, at ${term('equal alert volume')}; the band is the ${term('95 % interval')}, for all ages together. The thin grey line is an incident: model and threshold stay. The upper line is no change, the lower one −100&nbsp;%${rows.some(losesMoreThanAll) && ': below it wrong alerts cost more than right ones save'}.${rows.some(hasFresherLevels) && ' The diamond is now, with fresher ages on its left.'}</p>
<ul class="tiles">${rows.map((row, i) => tile(row, i))}</ul>
`

const losesMoreThanAll = ({ levels }: StalenessRow): boolean => levels.some(({ change }) => isAvailable(change) && change.share.low < -1)

/** True for an element that is older than some of its levels, such as a group in batch runs. */
const hasFresherLevels = ({ firstOlder }: StalenessRow): boolean => firstOlder !== 0

function modesOf(rows: readonly StalenessRow[]): MarkupChild {
  const modes = [...new Set(rows.map(({ mode }) => mode))]
  return modes.map((mode, i) => [i > 0 && ' or ', term(mode)])
}

function tile(row: StalenessRow, i: number): Markup {
  const soonest = row.firstOlder === undefined ? undefined : row.levels[row.firstOlder]
  const shown = shownLevel(row)!
  const levels = soonest && soonest !== shown && losesForCertain(soonest) ? [soonest, shown] : [shown]
  const spots = tileSpots(row)
  return markup`<li><h3>${breakable(row.name)} <span class="note">now ${shortTitle(row.now)}</span></h3>
<p class="choice">${breakable(choiceText(row))}</p>
${tileChart(row, spots, i)}
<p class="ages">${[spots[0], spots.at(-1)!].map(({ title }) => markup`<span>${shortTitle(title)}</span>`)}</p>
${levels.map(changeNote)}</li>
`
}

type TileSpot = Pick<StalenessRow['levels'][number], 'title' | 'change' | 'incident'>

const noChange = { value: 0, low: 0, high: 0 }
const nowSpot: TileSpot = { title: 'now', change: { share: noChange, perWeek: noChange }, incident: noChange }

/** The levels of a row by age, with the current setting among them. */
const tileSpots = ({ levels, firstOlder = levels.length }: StalenessRow): readonly TileSpot[] => [
  ...levels.slice(0, firstOlder),
  nowSpot,
  ...levels.slice(firstOlder),
]

const losesForCertain = ({ change }: StalenessRow['levels'][number]): boolean => isAvailable(change) && change.share.high < -TOLERATED_LOSS

const changeNote = ({ title, change }: StalenessRow['levels'][number]): Markup =>
  markup`<p class="note">${shortTitle(title)}: ${isAvailable(change) ? markup`<b>${changeIntervalText(change.share)}</b>` : 'not known'}</p>`

const TILE = { width: 200, height: 76, top: 10, bottom: 70, from: 10, to: 190 } as const
/** The greatest share that a tile shows. */
const KEPT_MAX = 1.15

function tileChart({ name, mode }: StalenessRow, spots: readonly TileSpot[], i: number): Markup {
  const arm = mode === 'with retraining' ? 'planned' : 'incident'
  const id = `kept-${integerText(i)}`
  const y = (kept: number): number => TILE.bottom - (Math.min(KEPT_MAX, Math.max(0, kept)) / KEPT_MAX) * (TILE.bottom - TILE.top)
  const x = (index: number): number => TILE.from + ((TILE.to - TILE.from) * index) / (spots.length - 1)
  const points = spots.flatMap(({ change }, index) => (isAvailable(change) ? [{ x: x(index), index, share: change.share }] : []))
  const curve = points.map(point => svgPoint(point.x, y(1 + point.share.value))).join('L')
  const late = spots.flatMap(({ incident }, index) => (isAvailable(incident) ? [svgPoint(x(index), y(1 + incident.value))] : [])).join('L')
  const now = spots.indexOf(nowSpot)
  const band = [
    ...points.map(point => svgPoint(point.x, y(1 + point.share.high))),
    ...points.map(point => svgPoint(point.x, y(1 + point.share.low))).toReversed(),
  ].join('L')
  const texts = spots.flatMap(({ title, change }, index) => {
    if (index === now) return []
    const changeText = isAvailable(change) ? changeIntervalText(change.share) : 'not known'
    return [`${title}${index < now ? ' (fresher than now)' : ''}: ${changeText}`]
  })
  return svg`<svg viewBox="0 0 ${TILE.width} ${TILE.height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${name}: value kept by age</title><desc id="${id}-desc">${texts.join('; ')}</desc>
<line class="zero" x1="${TILE.from}" x2="${TILE.to}" y1="${TILE.bottom}" y2="${TILE.bottom}"/><line class="grid" x1="${TILE.from}" x2="${TILE.to}" y1="${y(1)}" y2="${y(1)}"/>
<path class="${arm}-band" d="M${band}Z"/><path class="late-line" d="M${late}"/><path class="${arm}-line" d="M${curve}"/>
${points.map(point => point.index !== now && svg`<circle class="${arm}-dot" cx="${point.x}" cy="${y(1 + point.share.value)}" r="3"/>`)}${now > 0 && nowMark(x(now), y(1))}
</svg>`
}

const nowMark = (x: number, y: number): Markup =>
  svg`<line class="now-line" x1="${x}" x2="${x}" y1="${TILE.top}" y2="${TILE.bottom}"/><path class="now-mark" d="M${x} ${y - 4}l4 4l-4 4l-4-4Z"/>`

function facts(summary: AuditSummary): Markup {
  const { today, worth, cost, breakEven, confidence, assumes, wouldChange } = summary
  const [safeAges, pageAges] = [safeAgesText(summary), pageAgesText(summary)]
  const rows: readonly (readonly [name: MarkupChild, text: string])[] = [
    ['Today', today],
    ...(safeAges ? [['Older is enough', safeAges] as const] : []),
    ...(pageAges ? [['Page someone at', pageAges] as const] : []),
    ['Worth', worth.text],
    ['Costs', isAvailable(cost) ? cost.text : `not known: ${cost.why}`],
    [term('break-even', 'Break-even'), breakEven.text],
    ['Confidence', `${confidence.level}: ${confidence.reasons.join('; ')}`],
    ...(assumes.length > 0 ? [['Assumes', assumes.join('; ')] as const] : []),
    ...(wouldChange.length > 0 ? [['What would change the answer', wouldChange.map(change => change.text).join('; ')] as const] : []),
  ]
  return markup`<dl class="facts">${rows.map(([name, text]) => markup`<div><dt>${name}</dt><dd>${asSentence(text)}</dd></div>`)}</dl>
`
}

const editPart = ({
  file,
  line,
  before,
  after,
}: PlanEdit): Markup => markup`<figure class="edit"><figcaption>${file}, line ${integerText(line)}</figcaption>
<pre><del>${withSign('−', before)}</del>
<ins>${withSign('+', after)}</ins></pre></figure>
`

const withSign = (sign: string, text: string): string =>
  text
    .split('\n')
    .map(line => `${sign} ${line}`)
    .join('\n')

const contents = markup`<nav aria-label="Contents"><ul class="contents"><li><a href="#time">Where the time goes</a></li><li><a href="#worth">Each stage and group</a></li><li><a href="#costs">Cost</a></li><li><a href="#plan">Plan</a></li><li><a href="#sure">How sure</a></li><li><a href="#glossary">Glossary</a></li><li><a href="#reproduce">Reproduce</a></li></ul></nav>
`

const findingTitles = {
  wasted: ['Wasted', 'fresher than anything that reads it'],
  starved: ['Starved', 'older than it may be'],
  queued: ['Queued', 'the action waits longer than all before it'],
} as const

function findings(report: AuditReport): Markup | undefined {
  if (report.findings.length === 0) return undefined
  return markup`<section aria-labelledby="findings"><h2 id="findings">Found on the way</h2>
<ul class="findings">${report.findings.map(
    ({ kind, element, text }) =>
      markup`<li><strong>${findingTitles[kind][0]}</strong> <span class="note">(${findingTitles[kind][1]})</span>: <b>${titleOfElement(report, element)}</b>. ${text}</li>`,
  )}</ul></section>
`
}
