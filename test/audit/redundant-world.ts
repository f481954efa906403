/**
 * A generated world with two redundant groups: each machine has two sensors that raise an alarm two minutes before a check that is likely
 * to fail.
 *
 * So one of them may have any age, since the other has the alarm; with both older than a few minutes nothing is predictable.
 */
import { random } from '../../src/base/random.ts'
import { caught, count, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t, worth } from '../../src/index.ts'

const machine = entity('machine', t.string())
const alarm = { schema: { machine, at: t.timestamp() }, key: 'machine', time: 'at' } as const

const lefts = source('lefts', alarm)
const rights = source('rights', alarm)
const checks = source('checks', {
  schema: { id: t.string(), machine, load: t.double(), at: t.timestamp() },
  key: 'machine',
  time: 'at',
  id: 'id',
})
const results = source('results', { schema: { check: t.string(), failed: t.bool(), at: t.timestamp() }, key: 'check', time: 'at' })

const left = features('left', { from: lefts, entity: machine, place: stream, values: () => ({ n: count('5m') }) })
const right = features('right', { from: rights, entity: machine, place: stream, values: () => ({ n: count('5m') }) })

const failing = model('failing', {
  decide: on(checks),
  inputs: c => ({ load: c.load, left: left.of(c.machine).n, right: right.of(c.machine).n }),
  score: logistic({ intercept: -3, weights: { load: 0.5, left: 6, right: 6 } }),
  label: labelFrom(results, { join: 'check', value: r => r.failed, negativeAfter: '30m' }),
})

export const redundant = pipeline('redundant', [failing, worth(failing, caught({ budget: '20%', unit: 'failures', dollars: 50 }))])

/** From an alarm to its check, ms. */
export const AHEAD = 120_000

const MINUTE = 60_000
const EVERY = 120 * MINUTE

/** NDJSON of each source: a check of each machine every two hours; one in ten has an alarm. */
export function redundantHistory(
  { machines, days }: { readonly machines: number; readonly days: number },
  seed = 5,
): Readonly<Record<'lefts' | 'rights' | 'checks' | 'results', string>> {
  const next = random(seed)
  const alarms: { machine: string; at: number }[] = []
  const checked: { id: string; machine: string; load: number; at: number }[] = []
  const found: { check: string; failed: boolean; at: number }[] = []
  const begin = Date.UTC(2026, 0, 1)
  for (let m = 0; m < machines; m++)
    for (let k = 0; k < (days * 24 * 60 * MINUTE) / EVERY; k++) {
      const [name, id] = [`m${m}`, `m${m}-${k}`]
      const at = begin + k * EVERY + Math.floor((5 + next() * 100) * MINUTE)
      const isWarned = next() < 0.1
      if (isWarned) alarms.push({ machine: name, at: at - AHEAD })
      checked.push({ id, machine: name, load: next(), at })
      found.push({ check: id, failed: next() < (isWarned ? 0.9 : 0.002), at: at + 10 * MINUTE })
    }
  const text = (rows: readonly { readonly at: number }[]): string =>
    rows
      .toSorted((a, b) => a.at - b.at)
      .map(row => JSON.stringify(row))
      .join('\n')
  return { lefts: text(alarms), rights: text(alarms), checks: text(checked), results: text(found) }
}
