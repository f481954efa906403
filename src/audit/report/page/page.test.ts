import assert from 'node:assert/strict'
import { shownRows } from '../report-text.ts'
import { changeIntervalText } from '../../domain/figures.ts'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { flightsReport } from '../../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../../test/audit/reports/fraud.ts'
import { hourlyReport } from '../../../../test/audit/reports/hourly.ts'
import { patientsReport } from '../../../../test/audit/reports/patients.ts'
import { randomReport } from '../../../../test/audit/reports/random.ts'
import { breakable, escapeHtml, markup, shortenText } from './markup.ts'
import { reportPage } from './page.ts'

const reports = [flightsReport, fraudReport, patientsReport, hourlyReport]

test('escapes texts everywhere', () => {
  assert.equal(
    markup`<p title="${`"><b>'&`}">${'<i>'}${markup`<b>`}${['a<', undefined]}</p>`.text,
    '<p title="&quot;&gt;&lt;b&gt;&#39;&amp;">&lt;i&gt;<b>a&lt;</p>',
  )
  assert.equal(shortenText('a text of some length', 8), 'a text…')
  assert.equal(breakable('it took 5 min, 3 %').text, 'it took 5\u00a0min, 3\u00a0%')
  assert.equal(breakable(`a ${'x'.repeat(30)} <`).text, `a ${'x'.repeat(24)}<wbr>${'x'.repeat(6)} &lt;`)
})

test('the answer comes first', () => {
  for (const report of reports) {
    const body = reportPage(report).split('<body>')[1]
    const { recommendation, reason } = report.summary
    const [h1, lead] = [body.indexOf('<h1>'), body.indexOf(escapeHtml(reason))]
    assert.ok(body.slice(h1).startsWith(`<h1>${escapeHtml(recommendation)}`))
    assert.ok(h1 < lead && lead < body.indexOf('<section'))
  }
})

test('a page is well formed, has unique ids, and describes its pictures', () => {
  for (const report of reports) isWellFormed(reportPage(report))
})

test('the page of the fraud report states what to do, why, at what cost and how sure', () => {
  const page = reportPage(fraudReport)
  for (const fact of ['Worth', 'Costs', 'Confidence', 'What would change the answer'])
    assert.match(page, new RegExp(`<dt>${fact}</dt><dd>\\S`))
  assert.match(page, /\$214 \[\$61, \$402\]/)
  assert.match(page, /<del>− {3}place: stream,<\/del>\n<ins>\+ {3}place: batch\(&#39;0 2 \* \* \*&#39;/)
  assert.match(page, />incident 1\u00a0min</)
  assert.match(page, />planned 5\u00a0min</)
  assert.match(page, /The incident threshold is at 1\u00a0min\. The planned threshold is at 5\u00a0min\.<\/desc>/)
  assert.match(page, /<strong>Wasted<\/strong> <span class="note">\(fresher than anything that reads it\)/)
})

test('both thresholds stand in the table and in words, or the reason for having none', () => {
  const page = reportPage(fraudReport)
  assert.match(
    page,
    /data-label="Freshness threshold" class="number"><div><span class="besides nobreak">1\u00a0min <span class="note">incident<\/span><\/span><span class="besides nobreak">5\u00a0min <span class="note">planned<\/span>/,
  )
  assert.match(page, /<p>Incident threshold: 1\u00a0min\./)
  assert.match(page, /<p>No planned threshold: It changes no feature, so nothing is trained anew\.<\/p>/)
})

test('joint groups have a tile, a curve and a table, but no river stage', () => {
  const page = reportPage(fraudReport)
  const title = 'all streamed groups \\(card_now, card_usual\\)'
  assert.match(page, /<h3>all groups <span class="note">/)
  assert.match(page, new RegExp(`<h3 id="element-3">${title}</h3>.*id="curve-3-wide-title".*<caption>${title}, change in a week`, 's'))
  assert.match(
    page,
    /<strong class="badge">(?:each by itself|not all at once)<\/strong>.*<p class="measure">A plan sets each of these groups by itself: /s,
  )
  const [, river] = page.split('id="time"')
  assert.doesNotMatch(river.split('id="worth"')[0], /all streamed groups/)
})

test('other plans have their costs beside the current one', () => {
  const [, table] = reportPage(fraudReport).split('<caption>Other plans:')
  const rows = [...table.split('</table>')[0].matchAll(/<th scope="row"[^>]*>(.*?)<\/tr>/gs)].map(([, row]) =>
    row.replaceAll(/<[^>]*>/g, ' '),
  )
  assert.equal(rows.length, 4)
  assert.match(rows[0], /^as it runs .*\$890 .*\$1,490 .*\$2,610 /s)
  assert.match(rows[1], /^as proposed .*\$742 .*\$1,276 .*\$2,240 .*\$214 .*\[\$61, \$402\]/s)
  assert.match(rows[2], /^card_now: nightly at 02:00, 2\u00a0h; card_usual: .*\$96 .*\$180 .*\$402 .*\$11,690/s)
  assert.match(rows[3], /^action: digest every day .*not known: Nothing was measured/s)
})

test('describes a change that is no placement, without an edit', () => {
  const byHand = ['training: every week, and not without a schedule']
  const page = reportPage({ ...fraudReport, plans: { ...fraudReport.plans, byHand } })
  assert.match(page, /<h3>What no edit makes<\/h3><ul class="measure"><li>training: every week, and not without a schedule\.<\/li><\/ul>/)
  assert.doesNotMatch(reportPage(fraudReport), /What no edit makes/)
})

test('the first screen has a tile for each element with levels, with the figures of the summary', () => {
  for (const report of reports) {
    const [tiles] = reportPage(report).split('id="time"')
    const rows = shownRows(report.summary.staleness).known
    assert.equal([...tiles.matchAll(/<p class="choice">/g)].length, rows.length)
    for (const { levels, next } of rows) {
      const { change } = levels[next!]
      assert.ok(tiles.includes('share' in change ? `<b>${escapeHtml(changeIntervalText(change.share))}</b>` : 'not known'))
    }
  }
})

test('a tile draws levels that are fresher than now on the left of now, and its notes are of older ones', () => {
  const page = reportPage(hourlyReport).replaceAll('\u00a0', ' ')
  const [, tile] = page.split('<h3>landings <span class="note">now every hour</span></h3>')
  const [chart, below] = tile.split('</svg>')
  assert.match(
    chart,
    /<desc[^>]*>streamed \(fresher than now\): \+10 % \[8, 12\]; 15 min: −10 % \[−12, −8\]; nightly at 02:00, 2 h: −20 % \[/,
  )
  const [y, dots] = [17.8, [...chart.matchAll(/<circle class="planned-dot" cx="([\d.]+)"/g)].map(([, x]) => Number(x))]
  assert.deepEqual(dots, [10, 130, 190], 'now is between the first two')
  assert.ok(chart.includes(`L70 ${y}L130 `), 'the curve is unchanged now')
  assert.ok(chart.includes(`<path class="now-mark" d="M70 ${y - 4}l`), chart)
  const [ages, ...notes] = [...below.split('</li>')[0].matchAll(/<p[^>]*>(.*?)<\/p>/g)].map(([, text]) => text.replaceAll(/<[^>]*>/g, '|'))
  assert.equal(ages, '|streamed||nightly|')
  assert.deepEqual(
    notes.map(text => text.split(':')[0]),
    ['15 min', 'nightly'],
  )
  assert.match(page, /The diamond is now, with fresher ages on its left\.<\/p>/)
})

test('a tile without fresher levels begins at now', () => {
  const page = reportPage(flightsReport)
  assert.match(page, /<p class="ages"><span>now<\/span><span>1\u00a0day<\/span><\/p>/)
  assert.doesNotMatch(page.split('id="time"')[0], /diamond|now-mark"/)
})

test('at most 1,500 words are unfolded, and all terms have a tooltip', () => {
  for (const report of reports) {
    const page = reportPage(report)
    const unfolded = page
      .replaceAll(/<style>.*?<\/style>|<svg.*?<\/svg>/gs, ' ')
      .replaceAll(/<details[^>]*><summary>(.*?)<\/summary>.*?<\/details>/gs, '$1')
    const words = unfolded.replaceAll(/<[^>]*>/g, ' ').match(/\S*\w\S*/g)!
    assert.ok(words.length <= 1500, `${words.length} words`)
    if (report !== patientsReport)
      assert.match(page, /<abbr title="Holds for all ages of an element together\.[^"]*">95\u00a0% interval<\/abbr>/)
  }
})

test('the number of actions and their precision name their model', () => {
  const page = reportPage(fraudReport)
  assert.match(
    page,
    /data-label="Actions a week" class="number"><div><span class="besides">360 <span class="note">incident<\/span><\/span><span class="besides">360 <span class="note">planned</,
  )
  const [, training] = page.split('id="element-5"')
  assert.match(
    training,
    /data-label="Actions a week" class="number"><div><span class="besides">418 <span class="note">planned<\/span><\/span><\/div>/,
  )
  assert.doesNotMatch(training, /\d <span class="note">incident</)
})

test('the river shows measured ages or those of placements; otherwise a line explains how to measure', () => {
  const stages = { why: 'files have no times of stages: give --data DIR' }
  const replayed = reportPage({ ...flightsReport, stages })
  assert.match(
    replayed,
    /<h2 id="time">Where the time goes<\/h2>\s*<p class="measure"><strong>Not measured\.<\/strong> Files have no times of stages: give --data DIR\.<\/p>\s*<\/section>/,
  )
  assert.doesNotMatch(replayed, /class="river-p50"/)
  const [ingestion, landings, ...rest] = flightsReport.elements
  const nightly = { ...landings, now: { ...landings.now, age: { p50: 50_400_000, p95: 86_400_000, from: 'by its placement' as const } } }
  assert.match(
    reportPage({ ...flightsReport, stages, elements: [ingestion, nightly, ...rest] }),
    /class="river-p50".*give --data DIR\. The ages above are what the placements say\./s,
  )
  assert.match(reportPage(fraudReport), /class="river-p50"/)
})

test('an element without known values has no curve, but a reason', () => {
  const page = reportPage(patientsReport)
  assert.doesNotMatch(page, /incident-dot" cx="[\d.]+" cy="[\d.]+" r="4"\/>\s*<\/svg>\s*<\/figure>/)
  assert.match(page, /not known \(1\).*<p class="note measure">\(1\) 9 patients are worth 6\.2 independent ones/s)
  assert.doesNotMatch(page, /<script/)
})

test('random reports make well-formed, escaped pages', () => {
  fc.assert(
    fc.property(randomReport, report => isWellFormed(reportPage(report))),
    { numRuns: 60 },
  )
})

test('a threshold younger than the current setting stands at it, however near the next age is', () => {
  const landings = flightsReport.elements.find(({ levels }) => levels.length > 0)!
  const [level] = landings.levels
  const element = { ...landings, now: { ...landings.now, age: null }, levels: [{ ...level, age: Number.MIN_VALUE }], marks: [] }
  isWellFormed(reportPage({ ...flightsReport, elements: [{ ...element, plannedThreshold: { age: -1, loss: 0 } }] }))
})

const alone = new Set(['meta', 'link', 'wbr'])

function isWellFormed(page: string): void {
  assert.doesNotMatch(page, /\bNaN\b|\bundefined\b|\bInfinity\b|\[object|<script/)
  assert.doesNotMatch(page, /(?:src|href)="(?!#|data:,")/)
  const open: string[] = []
  const [, ...body] = page.replace(/<style>.*?<\/style>/s, '').split('<!doctype html>')
  for (const [, isEnd, name, attributes, isClosed] of body
    .join('')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>|<(?![/a-z])/g)) {
    assert.ok(name !== undefined, 'a < that opens nothing')
    assert.doesNotMatch(attributes, /\s(on\w+|style)=/)
    if (isEnd) assert.equal(open.pop(), name)
    else if (!isClosed && !alone.has(name)) open.push(name)
  }
  assert.deepEqual(open, [])
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)
  assert.deepEqual(ids.length, new Set(ids).size)
  for (const [, labelIds] of page.matchAll(/aria-labelledby="([^"]*)"/g))
    for (const id of labelIds.split(' ')) assert.ok(ids.includes(id), id)
  for (const [svg] of page.matchAll(/<svg(?! class="key").*?<\/svg>/gs)) assert.match(svg, /role="img" aria-labelledby="[^"]+">\s*<title/)
  for (const [table] of page.matchAll(/<table.*?<\/table>/gs)) assert.match(table, /<caption>.+<\/caption>\s*<thead.*<th scope="col"/s)
}
