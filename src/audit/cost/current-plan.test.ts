import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModelIR, PipelineIR, PlacementIR, ScheduleIR } from '../../define/ir/ir.ts'
import { currentPlan } from './current-plan.ts'

const nightly: ScheduleIR = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
const model = (rest: Partial<ModelIR> = {}): ModelIR => ({
  name: 'm',
  decide: { kind: 'on', source: 's' },
  inputs: ['a', 'b'].map(group => ({ name: group, expr: { op: 'feature', group, name: 'n', key: ['k'], type: 'int' } })),
  score: { kind: 'none' },
  ...rest,
})
const pipeline = (place: PlacementIR, actions: PipelineIR['actions'] = []): PipelineIR => ({
  version: 1,
  name: 'p',
  sources: [],
  groups: ['a', 'b', 'c'].map(name => ({
    name,
    source: 's',
    entity: ['k'],
    key: ['k'],
    place: name === 'b' ? place : { kind: 'stream' },
    features: [],
  })),
  models: [],
  actions,
})
const settings = (place: PlacementIR, of = model(), actions?: PipelineIR['actions']) =>
  Object.fromEntries(currentPlan(pipeline(place, actions), of))

test('derives the current setting of every placement, trigger, action and training', () => {
  const stream = { kind: 'stream' }
  assert.deepEqual(settings({ kind: 'batch', schedule: nightly, lasts: 7_200_000 }), {
    ingestion: stream,
    'group/a': stream,
    'group/b': { kind: 'batch', schedule: nightly, lasts: 7_200_000 },
    inference: stream,
  })
  assert.deepEqual(settings({ kind: 'hybrid', schedule: nightly })['group/b'], { kind: 'hybrid', schedule: nightly })
  for (const kind of ['lag', 'partial'] as const) assert.deepEqual(settings({ kind, by: 60_000 })['group/b'], stream)
  assert.deepEqual(settings({ kind: 'corrected' })['group/b'], stream)
  const tick = model({
    decide: { kind: 'every', every: 300_000, live: 1, column: { name: 'k', type: 'string', nullable: false } } as never,
  })
  assert.deepEqual(settings({ kind: 'stream' }, tick)['inference'], { kind: 'every', every: 300_000 })
  const trained = model({ train: { algorithm: 'logistic', options: {}, every: nightly, promote: { kind: 'hand' } } })
  assert.deepEqual(settings({ kind: 'stream' }, trained)['training'], { kind: 'batch', schedule: nightly, lasts: 0 })
  const action = (kind: string, of = 'm') => [{ name: 'x', model: of, do: { kind } }] as unknown as PipelineIR['actions']
  assert.deepEqual(settings({ kind: 'stream' }, model(), action('webhook'))['action'], { kind: 'async' })
  assert.deepEqual(settings({ kind: 'stream' }, model(), action('answer'))['action'], { kind: 'inline' })
  assert.equal(settings({ kind: 'stream' }, model(), action('webhook', 'other'))['action'], undefined)
})
