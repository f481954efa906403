/** The text of the case study, and its checks. */
import type { CostOfPlan, MeasuredWork, Range } from 'spillway/audit'
import type { Notice } from './audit-notice.ts'
import { digits, type StudyCosts } from './audit-study-costs.ts'

export interface Notices {
  readonly lows: number
  readonly nightly: Notice
  readonly selective: Notice
  /** At most one for a patient in half an hour. */
  readonly pages: number
  /** Times of the decisions, UTC ms. */
  readonly t: Float64Array
}

export interface Found {
  readonly request: { readonly patients: number; readonly sample: number; readonly days: number; readonly seed: number }
  readonly notices: Notices
  readonly measured: MeasuredWork
  readonly costs: StudyCosts
  readonly plans: readonly { readonly name: string; readonly cost: CostOfPlan }[]
}

/** The failed checks, in words. */
export function faultsOf({ notices: { nightly, selective }, costs }: Pick<Found, 'notices' | 'costs'>): string[] {
  return [
    ...(costs.cheaperThanEverything ? [] : ['selective streaming does not cost less than streaming everything']),
    ...(selective.mean < nightly.mean ? [] : ['selective streaming does not notice earlier than the night']),
  ]
}

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 })
/** Increase of the article's compute after the minute-fresh parts were streamed. */
const ARTICLE = 0.18

const dollars = ({ low, base, high }: Range): string => `$${digits(base)} [${digits(low)}, ${digits(high)}]`
const after = (minutes: number): string => (Math.abs(minutes) >= 90 ? `${(minutes / 60).toFixed(1)} h` : `${minutes.toFixed(1)} min`)

export function studyText(found: Found): string {
  const { request, measured, costs, plans } = found
  const { patients, sample, days, seed } = request
  const added = costs.machines.selective.base - costs.machines.nightly.base
  const events = [...measured.sources.values()].reduce((sum, source) => sum + source.events, 0)
  return [
    `${number(patients)} made-up patients; ${number(sample)} of them for ${days} days (seed ${seed}): ${number(events)} events, ${number(measured.decisions)} decisions.`,
    sample === patients
      ? 'All are simulated.'
      : `Events, decisions and state of the sample are counted × ${number(patients / sample)}; notice is that of the sample.`,
    '',
    ...noticeText(found.notices),
    '',
    'MEASURED here, CPU µs',
    ...[...measured.sources].map(([name, { cpuSecondsPerEvent: s }]) => `  ${name}: ${micro(s)} to take one in`),
    ...[...measured.groups].map(([name, { cpuSecondsPerEvent: s }]) => `  ${name}: ${micro(s)} to apply one event`),
    `  decision: ${micro(measured.cpuSecondsPerDecision)}`,
    '',
    'COST a month, base [low, high]; prices.json of the audit, an example   machines   with people, steady year',
    ...plans.map(({ name }) => row(name, dollars(costs.machines[name as 'nightly']), dollars(costs.withPeople[name as 'nightly']))),
    ...plans.flatMap(({ name, cost }) => ['', `${name}:`, ...linesText(cost)]),
    '',
    'BEFORE AND AFTER (in brackets what the article has)',
    `  ${costs.words[0]} (+18 %)`,
    `  ${costs.words[1]} (-25 %)`,
    `  ${costs.words[2]}`,
    `  what selective streaming adds, $${digits(added)} a month, is 18 % of a platform that costs $${digits(added / ARTICLE)}; this night costs next to nothing`,
    `  a patient and month, machines: ${plans.map(({ name }) => `${name} $${digits(costs.machines[name as 'nightly'].base / patients)}`).join(', ')}`,
    '  The work is the same in all three, but for windows that a night reads again; what streaming adds is a broker, requests, and state in memory.',
    ...(faultsOf(found).length === 0
      ? ['', 'Selective streaming notices earlier than the night, and costs less than streaming everything.']
      : []),
  ].join('\n')
}

function noticeText({ lows, nightly, selective }: Notices): string[] {
  const line = (name: string, { noticed, mean, median, p90, byOnset, beforeEnd }: Notice) => {
    const part = (count: number) => `${((100 * count) / lows).toFixed(1)} %`
    return row(
      name,
      ...[after(mean), after(median), after(p90)].map(text => text.padStart(10)),
      ...[noticed, byOnset, beforeEnd].map(count => part(count).padStart(9)),
    )
  }
  return [
    `NOTICE after the onset, of ${number(lows)} lows        mean    median       p90   noticed   by onset  before end`,
    line('everything each night, a job of 2 h', nightly),
    line('every 5 min, 3 + 3 min', selective),
  ]
}

const row = (name: string, ...cells: readonly string[]): string => `  ${name.padEnd(36)}${cells.join('  ')}`
const micro = (seconds: number): string => (seconds * 1e6).toFixed(2)

const linesText = ({ lines }: CostOfPlan): string[] =>
  lines.map(({ title, range, basis, arithmetic }) => `  ${title}: ${dollars(range)}, ${basis}: ${arithmetic}`)
