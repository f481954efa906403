import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { flightsReport } from '../../../../test/audit/reports/flights.ts'
import { fraudReport } from '../../../../test/audit/reports/fraud.ts'
import { patientsReport } from '../../../../test/audit/reports/patients.ts'
import { randomReport } from '../../../../test/audit/reports/random.ts'
import { graphemesOf } from '../printable-text.ts'
import { TERMINAL_WIDTH } from './columns.ts'
import { reportText } from './text.ts'

const reports = [flightsReport, fraudReport, patientsReport]
const linesOf = (report: Parameters<typeof reportText>[0]): string[] => reportText(report).split('\n')

test('a weekly value has its basis', () => {
  assert.match(reportText(fraudReport), /^What counts: an action blocks its key for 1 day; [^.]* costs \$10 if\s+it was wrong\.$/m)
})

test('each age is a line of the table, with aligned numbers', () => {
  const rows = linesOf(flightsReport)
    .filter(line => /^ {2}(5 min|15 min|1 h|3 h|1 day) .*\](.*\])/.test(line))
    .slice(0, 5)
  assert.equal(rows.length, 5)
  assert.equal(new Set(rows.map(line => line.indexOf(']'))).size, 1)
  assert.match(rows[1], /15 min .*−124 .*−154, .*−95\].*−88 .*−121, .*−52\] .*8,770 +\.46 {2}ok/)
})

test('marks numbers of actions that belong to the retrained model', () => {
  assert.match(
    reportText(flightsReport),
    /^actions a week and their precision \(prec\.\): of the incident, or with \* of the planned change\.$/m,
  )
  assert.match(reportText(fraudReport), /^ {2}every 4 weeks .*not known \(\d\) .* 418\* /m)
  assert.doesNotMatch(reportText(flightsReport), /\d\*/)
})

test('both thresholds stand below the levels, by name or with a reason', () => {
  const of = (report: typeof fraudReport) => reportText(report).replaceAll(/\s+/g, ' ')
  assert.match(of(fraudReport), /=> stream: Bursts .* Incident threshold: 1 min\. Planned threshold: 5 min\./)
  assert.match(of(fraudReport), /=> inline: .* No planned threshold: It changes no feature/)
  assert.match(
    of(fraudReport),
    /=> undecided: .* No incident threshold: the age of a model is planned.* Planned threshold: every 4 weeks or more/,
  )
  assert.match(reportText(flightsReport), /^incident threshold: .*\n?.*planned\s+threshold: /m)
})

test('joint groups are one sweep with the verdict of the plan', () => {
  assert.match(
    reportText(fraudReport),
    /^all streamed groups \(card_now, card_usual\), now stream\n {2}1 min .*ok$[^]*?^ {2}=> by the plan: A plan sets each/m,
  )
})

test('unknown values have their reasons below the table', () => {
  const text = reportText(patientsReport)
  assert.match(text, /5 min +not known \(1\) +not known \(1\)/)
  assert.match(text, /^\(1\) 9 patients are worth 6\.2 independent ones/m)
  assert.match(text, /=> undecided: .*About 46 more\s+weeks of history would decide/s)
  assert.match(text, /^COST a month {2}not known: No prices were given/m)
  assert.match(text, /^WHERE THE TIME GOES {2}not measured: This audit replayed files/m)
})

test('stages of a selection of decisions name the selection', () => {
  const { stages } = fraudReport
  assert.ok(!('why' in stages))
  const report = { ...fraudReport, stages: { ...stages, decisions: 190, among: { decisions: 2000, by: 'effect' as const } } }
  assert.match(reportText(report), /^WHERE THE TIME GOES {2}190 of 2,000 decisions that ran \(those with a delivered effect\), /m)
})

test('costs, plan and edit are there', () => {
  const text = reportText(fraudReport)
  assert.match(text, /always-on slots .*\$84 +\$130 +measured +1\.1 cores/)
  assert.match(text, /all, steady year +\$742 +\$1,276 +\$2,240/)
  assert.match(text, /^PLAN {2}Change the plan\. Net of costs \$214 \[\$61, \$402\] a month\. 24 plans compared, 20 with/m)
  assert.match(text, /^Net is what is earned minus what it costs, and its brackets hold both:/m)
  assert.match(text, /card_usual .* stream +nightly at 02:00, 2 h\n/)
  assert.match(text, /card_usual .* nightly at 02:00, 2 h, in the plan +\$214 \[\$61, \$402\]/)
  assert.match(
    text,
    /^card_now: nightly at 02:00, 2 h; +\$96 +\$180 +\$402 +−\$11,690 \[−\$19,402, −\$3,870\]\ncard_usual: nightly at 02:00, 2 h$/m,
  )
  assert.match(text, /^action: digest every day +not known +not known: Nothing was measured/m)
  assert.match(text, /examples\/fraud\/fraud\.ts:38\n {2}- {3}place: stream,\n {2}\+ {3}place: batch\('0 2 \* \* \*', \{ lasts: '2h' \}\),/)
  assert.match(text, /^ {2}WASTED card_usual/m)
})

test('describes a change that is no placement, without an edit', () => {
  const byHand = [
    "inference: nightly, and not on event; that is no placement, and is changed by hand (decide of the model: every('1h', …))",
  ]
  const text = reportText({ ...fraudReport, plans: { ...fraudReport.plans, byHand } })
  assert.match(text, /^no edit makes\n {2}- inference: nightly, and not on event; [^)]*every\('1h',\s+…\)\)$/m)
  assert.doesNotMatch(reportText(fraudReport), /^no edit makes/m)
})

test('nothing is wider than a terminal, and nothing says NaN', () => {
  for (const report of reports) isReadable(reportText(report))
  fc.assert(
    fc.property(randomReport, report => isReadable(reportText(report))),
    { numRuns: 100 },
  )
})

function isReadable(text: string): void {
  // oxlint-disable-next-line no-control-regex
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|\bNaN\b|\bundefined\b|\bInfinity\b|\[object/)
  for (const line of text.split('\n')) assert.ok(graphemesOf(line).length <= TERMINAL_WIDTH, `${graphemesOf(line).length}: ${line}`)
}
