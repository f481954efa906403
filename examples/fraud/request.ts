/** The command line of `generate.ts`. */
import { parseArgs } from 'node:util'
import { BURSTS_A_DAY } from './card-testing.ts'
import type { SimulatorOptions } from './simulator.ts'
import { CUSTOMERS, TERMINALS } from './world.ts'

export interface Request extends SimulatorOptions {
  /** UTC midnight, ms. */
  readonly start: number
  /** Files. Payments go to standard output by default; labels and planted frauds are not written by default. */
  readonly out: string | undefined
  readonly labels: string | undefined
  readonly planted: string | undefined
  readonly summary: boolean
  /** Simulated seconds a second, or payments a second; without either, as fast as possible. */
  readonly pace: number | undefined
  readonly rate: number | undefined
  /** Simulated seconds that have passed already: with a pace, their lines are written at once. */
  readonly passed: number
}

/** First day of the published simulator. */
const START = '2018-04-01'
const DAYS = 183

export const usage = `usage: node generate.ts [options]

  --customers N      ${CUSTOMERS} unless given
  --terminals N      ${TERMINALS} unless given
  --days N           ${DAYS} unless given
  --seed N           1 unless given
  --card-testing N   bursts of card testing a day for each ${CUSTOMERS} customers: ${BURSTS_A_DAY} unless given, 0 for none
  --start DATE       first day, UTC: ${START} unless given; 'today' is today, and paced its
                     hours so far are written at once
  --out FILE         payments: to standard output unless given
  --labels FILE      chargebacks: each fraud, seven days after it
  --planted FILE     what each fraud is, which no pipeline may know
  --pace Nx          in real time, N times as fast
  --rate N           N payments a second
  --summary          print what was planted, as JSON: to standard error if payments go to standard output`

const texts = ['customers', 'terminals', 'days', 'seed', 'card-testing', 'start', 'out', 'labels', 'planted', 'pace', 'rate'] as const
type Texts = Readonly<Partial<Record<(typeof texts)[number], string>>>

/** Throws an error that names the invalid option. */
export function requestOf(args: readonly string[]): Request {
  const options = Object.fromEntries(texts.map(name => [name, { type: 'string' as const }]))
  const parsed = parseArgs({ args: [...args], options: { ...options, summary: { type: 'boolean' } } }).values
  const values = parsed as Texts
  if (values.pace !== undefined && values.rate !== undefined) throw new RangeError('--pace and --rate are one too many')
  const start = startOf(values.start ?? START)
  return {
    customers: numberOf(values, 'customers', { usual: CUSTOMERS, min: 1, max: 500_000 }),
    terminals: numberOf(values, 'terminals', { usual: TERMINALS, min: 1, max: 1_000_000 }),
    days: numberOf(values, 'days', { usual: DAYS, min: 0, max: 36_500 }),
    seed: numberOf(values, 'seed', { usual: 1, min: 0, max: 2 ** 32 - 1 }),
    bursts: numberOf(values, 'card-testing', { usual: BURSTS_A_DAY, min: 0, max: CUSTOMERS }),
    start,
    passed: values.start === 'today' ? (Date.now() - start) / 1000 : 0,
    out: values.out,
    labels: values.labels,
    planted: values.planted,
    summary: parsed['summary'] === true,
    pace: paceOf(values.pace),
    rate: values.rate === undefined ? undefined : numberOf(values, 'rate', { usual: 0, min: 1, max: 10_000_000 }),
  }
}

function numberOf(values: Texts, name: keyof Texts, { usual, min, max }: Readonly<Record<'usual' | 'min' | 'max', number>>): number {
  const text = values[name]
  const number = text === undefined ? usual : text === '' ? NaN : Number(text)
  if (Number.isInteger(number) && number >= min && number <= max) return number
  throw new RangeError(`--${name} ${text} is no whole number from ${min} to ${max}`)
}

function paceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const pace = Number(/^(.+)x$/.exec(text)?.[1])
  if (pace >= 0.01) return pace
  throw new RangeError(`--pace ${text} is no pace; write --pace 60x, and at least 0.01x`)
}

function startOf(text: string): number {
  const day = text === 'today' ? new Date().toISOString().slice(0, 10) : text
  const start = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : NaN
  if (!Number.isNaN(start)) return start
  throw new RangeError(`--start ${text} is no day; write --start ${START}`)
}
