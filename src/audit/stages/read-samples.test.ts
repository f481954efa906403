import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { openActionDestinations } from '../../action/open-destinations.ts'
import { action, count, entity, features, model, on, pipeline, rules, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { withFolderReader } from '../../log/sqlite/data-folder.ts'
import { LiveRun } from '../../run/loop/live-run.ts'
import { readSamples } from './read-samples.ts'
import { stagesPart } from './stage-part.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', { decide: on(payments), inputs: p => now.of(p.card), score: () => rules([], 0.5) })
const tell = action('tell', { when: risk.score.gt(0), deadline: '1m', do: () => {} })
const start = Date.parse('2026-01-01T00:00Z')
const PAYMENTS = 25
const LAG = 5000

test('sampled decisions have the delay of their events, their stages, and their effects until acknowledgement', async () => {
  const data = scratchFolder('samples')
  const shop = pipeline('shop', [risk, tell])
  const running = await LiveRun.open(shop, data, { clock: () => start + LAG, sendings: await openActionDestinations(shop, {}) })
  for (let i = 0; i < PAYMENTS; i++) await running.run.submit('payments', recordBatchOf([{ id: String(i), card: 'c', at: start }]))
  while (running.dispatcher.held.get('tell') !== 0) await running.whenIdle()
  await running.stop()
  const samples = await withFolderReader(data, reader => readSamples(reader, 'risk', [{ name: 'tell' }]))
  assert.equal(samples.length, PAYMENTS)
  assert.ok(samples.every(({ ingestion, effect }) => ingestion >= LAG && effect !== undefined && effect.met === true))
  const part = stagesPart(samples, 60_000)
  assert.ok(!('why' in part))
  assert.equal(part.stages.length, 6)
  assert.equal(part.stages[0].critical, 1, 'nothing took longer than to arrive')
  assert.deepEqual(part.deadline, { ms: 60_000, met: 1 })
  const others = await withFolderReader(data, reader => readSamples(reader, 'risk', []))
  assert.equal(
    others.reduce((sum, { count }) => sum + count, 0),
    PAYMENTS,
    'without an action every decision is a sample',
  )
})
