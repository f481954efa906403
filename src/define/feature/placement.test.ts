import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { count } from '../expression/event-aggregates.ts'
import { every } from '../model/every.ts'
import { pipeline } from '../pipeline.ts'
import { entity } from '../source/entity.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { features } from './features.ts'
import { batch, corrected, hybrid, lag, partial, placementOf, scheduled, stream } from './placement.ts'

const irOf = (place: unknown) => placementOf('g', place)

test('placements become their IR', () => {
  assert.deepEqual(irOf(stream), { kind: 'stream' })
  assert.deepEqual(irOf(corrected), { kind: 'corrected' })
  assert.deepEqual(irOf(lag('5m')), { kind: 'lag', by: 300_000 })
  assert.deepEqual(irOf(lag('0ms')), { kind: 'lag', by: 0 })
  assert.deepEqual(irOf(partial('90s')), { kind: 'partial', by: 90_000 })
  assert.deepEqual(irOf(scheduled('0 2 * * *', { lasts: '2h', zone: 'Europe/Zurich' })), {
    kind: 'scheduled',
    schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'Europe/Zurich' },
    lasts: 7_200_000,
  })
  assert.deepEqual(irOf(scheduled(every('5m', { phase: '1m' }), { lasts: '0ms' })), {
    kind: 'scheduled',
    schedule: { kind: 'interval', every: 300_000, phase: 60_000 },
    lasts: 0,
  })
  assert.deepEqual(irOf(scheduled('0 2 * * *', { lasts: '1h' })), {
    kind: 'scheduled',
    schedule: { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' },
    lasts: 3_600_000,
  })
})

test('wrong placements are rejected', () => {
  rejects(() => lag('soon' as never), "lag: 'soon' is no duration; write '30s', '10m', '1h' or '7d'")
  rejects(() => partial(5 as never), /partial: 5 is no duration/)
  rejects(() => scheduled('daily', { lasts: '1h' }), /scheduled: 'daily' is no cron \(.*\); write one such as '0 2 \* \* \*'/)
  rejects(() => scheduled('61 * * * *', { lasts: '1h' }), /'61 \* \* \* \*' is no cron/)
  rejects(
    () => scheduled('0 0 31 2 *', { lasts: '1h' }),
    "scheduled: the cron '0 0 31 2 *' never runs: there is no such day; write one such as '0 2 * * *'",
  )
  rejects(() => scheduled(5 as never, { lasts: '1h' }), /needs a cron such as '0 2 \* \* \*' or every\('5m'\), got 5/)
  rejects(() => scheduled('0 2 * * *', { lasts: '1h', zone: 'Zurich' }), /'Zurich' is no time zone/)
  rejects(() => scheduled('0 2 * * *', {} as never), "scheduled needs lasts, how long the job takes: { lasts: '2h' }")
  rejects(() => scheduled('0 2 * * *', undefined as never), /scheduled needs an object of options/)
  rejects(() => scheduled('0 2 * * *', { last: '1h' } as never), "scheduled has no option 'last'; did you mean 'lasts'?")
  rejects(() => scheduled(every('5m'), { lasts: '1m', zone: 'UTC' }), /an interval has no zone/)
  rejects(() => every('5m', { phase: '5m' }), "every: phase '5m' is not below the interval '5m'")
  for (const options of [null, 'card']) rejects(() => every('5m', options as never), /^every needs an object of options, got/)
  rejects(() => every('0m'), /'0m' is no duration/)
})

test('batch and hybrid are scheduled, nightly unless they say when', () => {
  const nightly = { kind: 'cron', cron: '0 2 * * *', zone: 'UTC' }
  assert.deepEqual(irOf(undefined), { kind: 'batch', schedule: nightly, lasts: 7_200_000 })
  assert.deepEqual(irOf(batch()), irOf(undefined))
  assert.deepEqual(irOf(hybrid()), { kind: 'hybrid', schedule: nightly })
  const zurich = { kind: 'cron', cron: '0 3 * * 1', zone: 'Europe/Zurich' }
  assert.deepEqual(irOf(batch('0 3 * * 1', { lasts: '0ms', zone: 'Europe/Zurich' })), { kind: 'batch', schedule: zurich, lasts: 0 })
  assert.deepEqual(irOf(hybrid('0 3 * * 1', { zone: 'Europe/Zurich' })), { kind: 'hybrid', schedule: zurich })
  assert.deepEqual(irOf(hybrid(every('10s'))), { kind: 'hybrid', schedule: { kind: 'interval', every: 10_000, phase: 0 } })
  rejects(() => batch('nightly'), /batch: 'nightly' is no cron \(.*\); write one such as '0 2 \* \* \*'/)
  rejects(() => batch('0 2 * * *', { lasts: 'long' as never }), /batch lasts: 'long' is no duration/)
  for (const never of ['0 0 30 2 *', '0 0 31 4,6 *'])
    rejects(() => hybrid(never), `hybrid: the cron '${never}' never runs: there is no such day; write one such as '0 2 * * *'`)
  for (const past of ['2020-01-01T02:00:00', '0 0 2 * * * 2020', '0 0 2 1 1 * 2020-2024'])
    rejects(() => batch(past), `batch: '${past}' is of one date or year and ends; write a recurring cron, such as '0 2 * * *'`)
  rejects(() => hybrid('0 2 * * *', { lasts: '1h' } as never), "hybrid has no option 'lasts'; there is zone")
  rejects(() => hybrid(every('5m'), { zone: 'UTC' }), 'hybrid: an interval has no zone; leave it out or write a cron')
})

test('a pipeline without place is the pipeline with the documented default', () => {
  const card = entity('card', t.string())
  const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
  const base = { from: payments, entity: card, values: () => ({ n30d: count('30d') }) }
  const pipelineOf = (group: Parameters<typeof features>[1]) => pipeline('p', [features('history', group)])
  const [implicit, explicit, other] = [base, { ...base, place: batch('0 2 * * *', { lasts: '2h' }) }, { ...base, place: stream }].map(
    pipelineOf,
  )
  assert.deepEqual(implicit.ir, explicit.ir)
  assert.equal(implicit.fingerprint, explicit.fingerprint)
  assert.notEqual(implicit.fingerprint, other.fingerprint)
})
