/** The three findings, each in a pipeline that has the mistake and in one that does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  batch,
  count,
  entity,
  every,
  features,
  hybrid,
  logistic,
  model,
  on,
  pipeline,
  report,
  source,
  stream,
  t,
  table,
} from '../../index.ts'
import type { StagesPart } from '../domain/audit-report.ts'
import type { ElementPart } from '../domain/element-report.ts'
import { consumersOf } from '../plans/consumers.ts'
import { findingsOf, recordedGroupAges } from './findings.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.double(), at: t.timestamp() }, key: 'card', time: 'at' })
const score = logistic({ intercept: 0, weights: { n: 1 } })

const group = (name: string, place = stream) => features(name, { from: payments, entity: card, place, values: () => ({ n: count('30d') }) })
const nightly = (name: string, of: ReturnType<typeof group>) => report(name, { of: { it: of }, at: '0 7 * * *', live: '30d' })
const decides = (name: string, of: ReturnType<typeof group>) =>
  model(name, { decide: on(payments), inputs: p => ({ n: of.of(p.card).n }), score })

const of = (...parts: Parameters<typeof pipeline>[1]) => findingsOf({ ir: pipeline('p', parts).ir, promoted: undefined, ages: [] })

test('reports a stream that feeds only a nightly report, and one without readers', () => {
  const usual = group('usual')
  assert.deepEqual(of(nightly('mornings', usual)), [
    {
      kind: 'wasted',
      element: 'group/usual',
      text: "features 'usual' are kept up with every event (stream), and report 'mornings' reads them every day: a batch run before each use gives as much",
    },
  ])
  const layers = group('layers', hybrid('0 3 * * *'))
  assert.deepEqual(
    of(layers).map(({ text }) => text),
    ["features 'layers' are kept up with every event (hybrid), and nothing reads them; leave them out, or make them batch"],
  )
})

test('reports nothing if there is a frequent reader, or for batch', () => {
  const usual = group('usual')
  assert.deepEqual(of(nightly('mornings', usual), decides('fraud', usual)), [])
  assert.deepEqual(of(nightly('mornings', group('usual', batch()))), [])
  const hourly = model('hourly', { decide: every('1h', card), inputs: ({ card }) => ({ n: usual.of(card).n }), score })
  assert.deepEqual(of(hourly), [])
})

test('reports a stream for a nightly model, and one for a weekly training', () => {
  const usual = group('usual')
  const byNight = model('by_night', { decide: every('1d', card), inputs: ({ card }) => ({ n: usual.of(card).n }), score })
  assert.deepEqual(
    of(byNight).map(({ element, kind }) => [element, kind]),
    [['group/usual', 'wasted']],
  )
  const { ir } = pipeline('p', [decides('learning', usual)])
  const trained = {
    ...ir,
    models: ir.models.map(own => ({
      ...own,
      score: { kind: 'none' } as const,
      train: {
        algorithm: 'logistic',
        options: {},
        every: { kind: 'cron', cron: '0 3 * * 1', zone: 'UTC' },
        promote: { kind: 'hand' },
      } as const,
    })),
  }
  assert.deepEqual(consumersOf(trained, 'usual'), [{ name: "the training of model 'learning'", period: 604_800_000 }])
  assert.equal(findingsOf({ ir: trained, promoted: undefined, ages: [] }).length, 1)
  // A version of the model scores.
  assert.deepEqual(findingsOf({ ir: trained, promoted: 'learning', ages: [] }), [])
})

test('never reports a table, which has no nightly setting', () => {
  const plans = table('plans', { schema: { card, tier: t.string(), at: t.timestamp() }, key: 'card', time: 'at' })
  assert.deepEqual(of(report('mornings', { of: { plans }, at: '0 7 * * *', live: '30d' })), [])
})

test('reports a group that was older than its threshold allows at one decision in twenty', () => {
  const { ir } = pipeline('p', [decides('fraud', group('usual'))])
  const findings = findingsOf({ ir, promoted: undefined, ages: [{ group: 'usual', p95: 7_200_000, allowed: 900_000 }] })
  assert.deepEqual(findings, [
    {
      kind: 'starved',
      element: 'group/usual',
      text: "features 'usual' were up to 2 h old at recorded decisions (p95), and older than 15 min they may lose value",
    },
  ])
  assert.deepEqual(findingsOf({ ir, promoted: undefined, ages: [{ group: 'usual', p95: 900_000, allowed: 900_000 }] }), [])
})

test('a group in batch runs is starved only if recorded runs were later than its threshold allows', () => {
  const { ir } = pipeline('p', [decides('fraud', group('usual'))])
  const hour = 3_600_000
  const nightly = (incidentThreshold: ElementPart['incidentThreshold']) => ({
    kind: 'group' as const,
    element: 'group/usual',
    now: {
      setting: { kind: 'now' as const },
      title: 'nightly at 02:00, 2 h',
      age: { p50: 14 * hour, p95: 24.8 * hour, max: 26 * hour, from: 'by its placement' as const },
    },
    incidentThreshold,
  })
  const starved = (incidentThreshold: ElementPart['incidentThreshold'], ages: readonly number[]) => {
    const trace = { t: Float64Array.from(ages.keys()), age: Float64Array.from(ages) }
    const recorded = recordedGroupAges([nightly(incidentThreshold)], new Map([['usual', trace]]))
    return findingsOf({ ir, promoted: undefined, ages: recorded }).map(({ text }) => text)
  }
  const threshold = { age: 15 * hour, loss: 1 }
  // From 2 h, when a run is done, to 26 h, when the next one is; before the first run there are no values.
  const onTime = [Infinity, ...Array.from({ length: 97 }, (_, quarter) => (2 + quarter / 4) * hour)]
  const late = onTime.map(age => age + 3 * hour)
  assert.deepEqual(starved(threshold, onTime), [], 'it runs as audited')
  assert.deepEqual(starved(threshold, late), [
    "features 'usual' were up to 28 h old at recorded decisions (p95), and older than 27 h they may lose value",
  ])
  assert.deepEqual(starved({ ...threshold, beyond: true }, late), [], 'no older age is known to lose')
  assert.deepEqual(starved({ why: 'the history is too short' }, late), [])
  assert.deepEqual(recordedGroupAges([nightly(threshold)]), [], 'without a data folder no ages are recorded')
})

test('reports a queue longer than all earlier stages, and no short one', () => {
  const { ir } = pipeline('p', [decides('fraud', group('usual'))])
  const stages = (queue: number): StagesPart => ({
    decisions: 1000,
    from: 0,
    until: 1,
    whole: { p50: 1, p95: 1, p99: 1 },
    stages: (['ingestion', 'features', 'inference', 'action queue'] as const).map((stage, i) => {
      const ms = [20, 2, 1, queue][i]
      return { stage, p50: ms, p95: 2 * ms, p99: 3 * ms, critical: 0, p99IfTenth: 0 }
    }),
  })
  const [finding, ...others] = findingsOf({ ir, promoted: undefined, ages: [], stages: stages(30_000) })
  assert.deepEqual([finding.kind, finding.element, others.length], ['queued', 'action', 0])
  assert.match(finding.text, /waits 30 s in its queue \(median\), longer than ingestion, features and inference together took, 23 ms/)
  assert.deepEqual(findingsOf({ ir, promoted: undefined, ages: [], stages: stages(23) }), [])
})
