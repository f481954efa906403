/**
 * A generated world with a known value of freshness: machines whose wear rises and falls within the hour, a heat that follows it, and
 * unrelated noise.
 *
 * A check of a machine decides; the check fails if the machine is worn, which is known ten minutes later. So the mean heat of the last
 * minutes predicts failures, heat that is hours old predicts nothing, and noise never does.
 */
import { caught, entity, features, labelFrom, logistic, model, on, pipeline, source, stream, t, worth } from '../../src/index.ts'
import { random } from '../../src/base/random.ts'

const machine = entity('machine', t.string())

const heats = source('heats', { schema: { machine, heat: t.double(), at: t.timestamp() }, key: 'machine', time: 'at' })
const noises = source('noises', { schema: { machine, noise: t.double(), at: t.timestamp() }, key: 'machine', time: 'at' })
const checks = source('checks', { schema: { id: t.string(), machine, at: t.timestamp() }, key: 'machine', time: 'at', id: 'id' })
const results = source('results', { schema: { check: t.string(), failed: t.bool(), at: t.timestamp() }, key: 'check', time: 'at' })

const heat = features('heat', { from: heats, entity: machine, place: stream, values: h => ({ mean: h.heat.mean('5m') }) })
const noise = features('noise', { from: noises, entity: machine, place: stream, values: n => ({ mean: n.noise.mean('5m') }) })

const failing = model('failing', {
  decide: on(checks),
  inputs: c => ({ heat: heat.of(c.machine), noise: noise.of(c.machine) }),
  score: logistic({ intercept: -4, weights: { 'heat.mean': { weight: 4, ifNull: 0 }, 'noise.mean': { weight: 0.01, ifNull: 0 } } }),
  label: labelFrom(results, { join: 'check', value: r => r.failed, negativeAfter: '30m' }),
})

export const dollarsACatch = 50
export const plant = pipeline('plant', [
  failing,
  worth(failing, caught({ budget: '20%', unit: 'failures', dollars: dollarsACatch }), { ages: ['10m'] }),
])

const MINUTE = 60_000
const HOUR = 60 * MINUTE

interface Row {
  readonly at: number
  readonly [column: string]: unknown
}

interface Size {
  readonly machines: number
  readonly days: number
}

/** NDJSON of each source. Machines are worn for an hour, now and then; each is checked once an hour, and measured every twenty minutes. */
export function plantHistory({ machines, days }: Size, seed = 3): Readonly<Record<'heats' | 'noises' | 'checks' | 'results', string>> {
  const next = random(seed)
  const rows = { heats: [] as Row[], noises: [] as Row[], checks: [] as Row[], results: [] as Row[] }
  const begin = Date.UTC(2026, 0, 1)
  for (let m = 0; m < machines; m++) {
    const name = `m${m}`
    for (let hour = 0; hour < 24 * days; hour++) {
      const isWorn = next() < 0.2
      const from = begin + hour * HOUR
      for (let minute = 0; minute < 60; minute += 20) {
        const at = from + minute * MINUTE
        rows.heats.push({ machine: name, heat: (isWorn ? 1 : 0) + next() / 2, at: at + Math.floor(next() * MINUTE) })
        rows.noises.push({ machine: name, noise: next(), at })
      }
      const at = from + (4 + 20 * Math.floor(next() * 3)) * MINUTE
      const id = `${name}-${hour}`
      rows.checks.push({ id, machine: name, at })
      rows.results.push({ check: id, failed: isWorn ? next() < 0.9 : next() < 0.05, at: at + 10 * MINUTE })
    }
  }
  const text = (of: readonly Row[]): string =>
    of
      .toSorted((a, b) => a.at - b.at)
      .map(row => JSON.stringify(row))
      .join('\n')
  return { heats: text(rows.heats), noises: text(rows.noises), checks: text(rows.checks), results: text(rows.results) }
}
