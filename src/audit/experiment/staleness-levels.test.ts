import assert from 'node:assert/strict'
import { test } from 'node:test'
import { batch, count, entity, every, features, labelFrom, lag, linear, model, on, pipeline, source, stream, t } from '../../index.ts'
import type { ModelIR } from '../../define/ir/ir.ts'
import type { Element } from '../domain/element.ts'
import { stalenessLevels, type StalenessContext } from './staleness-levels.ts'
import { placementAge, fresherPlacement, schedulePeriod } from './timeline/placement-age.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), card, bad: t.bool(), at: t.timestamp() },
  key: 'card',
  time: 'at',
  id: 'id',
})
const fast = features('fast', { from: payments, entity: card, place: stream, values: () => ({ n: count('1m') }) })
const usual = features('usual', {
  from: payments,
  entity: card,
  place: batch('0 3 * * *', { lasts: '1h' }),
  values: () => ({ n: count('28d') }),
})
const copied = features('copied', { from: payments, entity: card, place: lag('10m'), values: () => ({ n: count('1h') }) })
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ fast: fast.of(p.card).n, usual: usual.of(p.card).n, copied: copied.of(p.card).n }),
  score: linear({ intercept: 0, weights: { fast: 1, usual: 1, copied: 1 } }),
  label: labelFrom(payments, { join: 'id', value: p => p.bad, negativeAfter: '1d' }),
})
const ticking = model('ticking', {
  decide: every('10m', card),
  inputs: p => ({ copied: copied.of(p.card).n }),
  score: linear({ intercept: 0, weights: { copied: 1 } }),
})
const { ir } = pipeline('shop', [fraud, ticking])
const DAY = 86_400_000
const context: StalenessContext = { span: 90 * DAY, delay: 0, isTrainable: true }
const titles = (element: Element, of: { readonly ir: ModelIR } = fraud, more: Partial<StalenessContext> = {}) =>
  stalenessLevels(element, { ir, model: of.ir }, { ...context, ...more }).map(({ title, literal }) =>
    literal ? `${title} (${literal})` : title,
  )

test('ages begin at a fraction of the shortest window, and end at a day', () => {
  assert.deepEqual(titles({ kind: 'group', group: 'fast' }), [
    '5 s',
    '1 min',
    '5 min',
    '1 h',
    '3 h',
    'nightly at 02:00, 2 h (next schedule)',
    '1 day',
  ])
  assert.deepEqual(titles({ kind: 'action' }, ticking), ['5 min', '15 min', '1 h', '3 h', '6 h', 'a digest a day (next schedule)', '1 day'])
  assert.deepEqual(titles({ kind: 'action' }, ticking, { span: 2 * 3_600_000, ages: [7000] }), [
    '7 s',
    '5 min',
    '15 min',
    '1 h',
    'a digest a day (next schedule)',
  ])
})

test('elements that are not fresh have fresher levels', () => {
  const usualOnes = stalenessLevels({ kind: 'group', group: 'usual' }, { ir, model: fraud.ir }, context)
  assert.deepEqual(
    usualOnes.map(({ title }) => title),
    ['streamed', '90 % fresher', '1 h', '3 h', '6 h', '1 day', 'Mondays at 02:00, 2 h'],
  )
  assert.equal(usualOnes[2].age, 3_600_000 + 13 * 3_600_000, 'a job of an hour, half a day of its schedule, and an hour more')
  assert.deepEqual(titles({ kind: 'group', group: 'copied' }).slice(0, 3), ['streamed', '90 % fresher (−90 %)', '5 min'])
  assert.deepEqual(titles({ kind: 'ingestion' }, ticking, { delay: 1000 })[0], '90 % faster (−90 %)')
})

test('ticks have multiples of their period, and trainings as many as the history allows', () => {
  assert.deepEqual(titles({ kind: 'inference' }, ticking), ['every hour', 'every 3 h', 'every 6 h', 'nightly (next schedule)'])
  assert.deepEqual(titles({ kind: 'training' }), ['every week', 'every 4 weeks'])
  assert.deepEqual(titles({ kind: 'training' }, fraud, { isTrainable: false }), [])
})

test('ages of placements', () => {
  assert.equal(schedulePeriod({ kind: 'cron', cron: '0 2 * * 1', zone: 'UTC' }), 7 * DAY)
  assert.equal(schedulePeriod({ kind: 'interval', every: 5, phase: 1 }), 5)
  assert.equal(placementAge({ kind: 'batch', schedule: { kind: 'interval', every: 100, phase: 0 }, lasts: 20 }), 70)
  assert.deepEqual(fresherPlacement({ kind: 'lag', by: 100 }, 0.1), { kind: 'lag', by: 10 })
  assert.deepEqual(fresherPlacement({ kind: 'batch', schedule: { kind: 'interval', every: 100, phase: 15 }, lasts: 20 }, 0.1), {
    kind: 'scheduled',
    schedule: { kind: 'interval', every: 10, phase: 5 },
    lasts: 2,
  })
})
