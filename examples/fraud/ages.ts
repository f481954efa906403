/**
 * Value of the fast inputs of `fraud.ts` at a greater age. `card_now` and `terminal_now` are placed at `lag(age)`, with the same
 * coefficients and threshold; then `card_usual` at a day, and the decision after the payment instead of before it.
 *
 *     node examples/fraud/generate.ts --seed 2 --out payments.ndjson --planted planted.ndjson
 *     node examples/fraud/ages.ts --payments payments.ndjson --planted planted.ndjson
 *
 * In brackets: the 95 % interval of a bootstrap over weeks, of the difference to fresh inputs in the same weeks.
 */
import { parseArgs } from 'node:util'
import type { ReplayLog } from 'spillway/replay'
import { chance } from '../chance.ts'
import { mean } from './blocking.ts'
import { decided, readPayments } from './decided.ts'
import { evaluate, type Evaluation } from './evaluate.ts'
import pipeline, { declineFrom } from './fraud.ts'
import { readTruth, type Truth } from './truth.ts'

const FAST = ['card_now', 'terminal_now']
const SLOW = ['card_usual']
const SECOND = 1000
const MINUTE = 60 * SECOND
const RESAMPLES = 2000

/** `fraud.ts` with these groups at an age, and the time of its decision. */
interface Variant {
  readonly name: string
  readonly groups: readonly string[]
  readonly age: number
  readonly inline: boolean
}

const fresh: Variant = { name: '0', groups: [], age: 0, inline: true }
const fast = (name: string, age: number): Variant => ({ name, groups: FAST, age, inline: true })
const others: readonly Variant[] = [
  fast('1 s', SECOND),
  fast('5 s', 5 * SECOND),
  fast('30 s', 30 * SECOND),
  fast('1 min', MINUTE),
  fast('5 min', 5 * MINUTE),
  fast('15 min', 15 * MINUTE),
  { name: 'slow inputs 24 h', groups: SLOW, age: 1440 * MINUTE, inline: true },
  { ...fresh, name: 'after the fact', inline: false },
]

/** The lines of the table. Each takes some seconds for a million payments. */
export function* table(log: ReplayLog, truth: ReadonlyMap<string, Truth>): Generator<string> {
  const base = judged(log, truth, fresh)
  const weeks = base.weeks.length
  yield `${rounded(base.payments)} payments in ${weeks} weeks, ${rounded(base.frauds)} of them fraud`
  yield '| age of the fast inputs | AUC | of card testing | AP | bursts found | cash-outs rejected | net dollars a week against fresh |'
  yield '| --- | --- | --- | --- | --- | --- | --- |'
  yield line(fresh, base, `${rounded(mean(base.weeks))} in all`)
  for (const variant of others) {
    const evaluation = judged(log, truth, variant)
    const difference = evaluation.weeks.map((dollars, week) => dollars - base.weeks[week])
    yield line(variant, evaluation, `${signed(mean(difference))} [${interval(difference).map(signed).join(', ')}]`)
  }
}

function judged(log: ReplayLog, truth: ReadonlyMap<string, Truth>, { groups, age, inline }: Variant): Evaluation {
  const place = { kind: 'lag', by: age } as const
  const ir = { ...pipeline.ir, groups: pipeline.ir.groups.map(group => (groups.includes(group.name) ? { ...group, place } : group)) }
  return evaluate(decided(log, truth, { ir }), declineFrom, { inline })
}

function line({ name }: Variant, evaluation: Evaluation, dollars: string): string {
  const ranks = [evaluation.auc, evaluation.aucOfTesting, evaluation.averagePrecision].map(value => value.toFixed(3))
  const shares = [evaluation.burstsFound / evaluation.bursts, evaluation.cashOutsRejected / evaluation.cashOuts].map(part =>
    part.toFixed(2),
  )
  return `| ${[name, ...ranks, ...shares, dollars].join(' | ')} |`
}

function interval(values: Float64Array): [number, number] {
  const random = chance(1)
  const means = Float64Array.from({ length: RESAMPLES }, () => mean(values.map(() => values[Math.floor(random() * values.length)]))).sort()
  return [means[Math.floor(0.025 * RESAMPLES)], means[Math.floor(0.975 * RESAMPLES)]]
}

function rounded(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function signed(value: number): string {
  return value < 0 ? `−${rounded(-value)}` : `+${rounded(value)}`
}

if (import.meta.main) {
  const { payments, planted } = parseArgs({ options: { payments: { type: 'string' }, planted: { type: 'string' } } }).values
  if (payments === undefined || planted === undefined) throw new Error('usage: node ages.ts --payments FILE --planted FILE')
  for (const text of table(await readPayments(payments), await readTruth(planted))) console.log(text)
}
