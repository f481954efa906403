/** Dead letters to a destination: each as it was rejected, once it is durable, whatever becomes of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { ACKNOWLEDGED, type Delivery } from '../../define/action/destination.ts'
import { count, entity, features, pipeline, source, stream, t } from '../../index.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { openDataFolder, readDataFolder } from '../../log/sqlite/data-folder.ts'
import { SqliteReader } from '../../log/sqlite/reader.ts'
import { LiveRun } from './live-run.ts'
import { deadLetterFeed } from './record-feeds.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { id: t.string(), card, at: t.timestamp() }, key: 'card', time: 'at', id: 'id' })
const recent = features('recent', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const shop = pipeline('shop', [recent])

interface LetterBody {
  readonly id: number
  readonly raw: string
  readonly place: string
}

/** A destination that remembers its deliveries. */
function memory() {
  const delivered: Delivery[] = []
  const deliver = async (delivery: Delivery) => {
    delivered.push(delivery)
    return ACKNOWLEDGED
  }
  return { delivered, route: { name: 'memory', destination: { concurrency: 4, deliver, close: async () => {} } } }
}

const bodies = (delivered: readonly Delivery[]): LetterBody[] =>
  delivered.map(({ body }) => JSON.parse(body) as LetterBody).sort((a, b) => a.id - b.id)

/** Runs in a folder, submits one good record and these bad ones, and stops. */
async function runWith(data: string, route: ReturnType<typeof memory>['route'] | undefined, ...cards: readonly unknown[]): Promise<void> {
  const running = await LiveRun.open(shop, data, { deadLetters: route })
  await running.run.submit(
    'payments',
    recordBatchOf([{ id: 'good', card: 'c', at: 1 }, ...cards.map(each => ({ id: 'i', card: each, at: 1 }))]),
  )
  await running.whenIdle()
  await running.stop()
}

test('each dead letter is delivered once, also those of runs without the destination in between, and none from before', async () => {
  const data = scratchFolder('dead-letters')
  const { delivered, route } = memory()
  await runWith(data, undefined, 0)
  await runWith(data, route, 1, 2)
  await runWith(data, undefined, 3)
  await runWith(data, route, 4)
  const letters = bodies(delivered)
  assert.deepEqual(
    letters.map(({ id, raw }) => [id, (JSON.parse(raw) as { card: number }).card]),
    [
      [2, 1],
      [3, 2],
      [4, 3],
      [5, 4],
    ],
  )
  assert.equal(new Set(delivered.map(({ id }) => id)).size, 4)
  for (const { id, action } of delivered) {
    assert.match(id, /^shop\/dead-letters\/[\w-]+\/\d+\.0$/)
    assert.equal(action, undefined)
  }
  const { source: of, reason, detail, place } = JSON.parse(delivered[0].body) as Record<string, unknown>
  assert.deepEqual([of, reason, place], ['payments', 'schema', letters[0].place])
  assert.match(String(detail), /card/)
})

test('a letter that was edited and settled before its delivery is delivered with the bytes that were rejected', async () => {
  const data = scratchFolder('dead-letters-settled')
  await runWith(data, undefined, 1, 2)
  const { store, path } = await openDataFolder(data)
  await store.commit({ deadLetterChanges: [{ kind: 'edited', id: 1, raw: '{"card":"c1"}', form: undefined }] })
  await store.commit({ deadLetterChanges: [{ kind: 'settled', id: 1, outcome: 'dropped', at: 9 }] })
  await store.close()
  const feed = deadLetterFeed(new SqliteReader(path))
  assert.deepEqual({ ...feed.numbers() }, { first: 1, last: 2 })
  const cards = []
  for (let batch = feed.after(0); batch; batch = feed.after(batch.number))
    for (const { body } of batch.records()) cards.push((JSON.parse((JSON.parse(body) as LetterBody).raw) as { card: unknown }).card)
  assert.deepEqual(cards, [1, 2])
  feed.close()
})

test('a destination that fails for good loses the delivery, not the dead letter', async () => {
  const data = scratchFolder('dead-letters-final')
  const reports: string[] = []
  const deliver = async () => ({ kind: 'failed', why: 'too large', final: true }) as const
  const deadLetters = { name: 'kafka', destination: { concurrency: 4, deliver, close: async () => {} } }
  const running = await LiveRun.open(shop, data, { deadLetters, onReport: text => reports.push(text) })
  await running.run.submit('payments', recordBatchOf([{ id: 'i', card: 1, at: 1 }]))
  await running.whenIdle()
  await running.stop()
  assert.ok(
    reports.some(text => /^dead letter shop\/\S+ is left out: too large$/.test(text)),
    reports.join('\n'),
  )
  const reader = readDataFolder(data)
  assert.equal([...reader.deadLetters.dead()].length, 1)
  reader.close()
})
