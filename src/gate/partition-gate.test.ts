/** The gate of a partition on a cluster in memory: through lost requests and answers, late ends of transactions, kills, and two gates at once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { appendRaw, clusterWith } from '../../test/gate/memory-gate.ts'
import { checkedPayments, neverAborted, partitionGateOf, startMs, writtenTo } from '../../test/gate/partition-gates.ts'
import type { RequestFate, TransactionCluster } from '../../test/gate/transaction-cluster.ts'
import { yieldToEventLoop } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { random } from '../base/random.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { KafkaError } from '../kafka/port/driver.ts'
import { RAW_OFFSET, RAW_ROW } from './gate-records.ts'
import { PartitionMemory } from './gate-writes.ts'
import { PartitionCheck } from './partition-check.ts'

interface PaymentRow {
  readonly id: string
  readonly card: unknown
  readonly amount: number
  readonly at: number
}

/** The rows of a raw value; undefined for one that has none. */
function rowsOf(value: string): readonly (PaymentRow | undefined)[] {
  if (!value.startsWith('{')) return [undefined]
  const record = JSON.parse(value) as PaymentRow & { readonly rows?: readonly PaymentRow[] }
  return record.rows ?? [record]
}

/** The records that a gate must write, decided row by row. */
function expected(values: readonly string[]) {
  const contents = new Map<string, string>()
  const [checked, rejected]: [(readonly [number, string])[], number[]] = [[], []]
  for (const [offset, row] of values.flatMap((value, i) => rowsOf(value).map(each => [i, each] as const))) {
    if (!row || typeof row.card !== 'string') {
      rejected.push(offset)
      continue
    }
    const { id, card, amount, at } = row
    const content = JSON.stringify({ id, card, amount, at })
    const known = contents.get(`${card} ${id}`)
    if (known === undefined) {
      contents.set(`${card} ${id}`, content)
      checked.push([offset, content])
    } else if (known !== content) rejected.push(offset)
  }
  return { checked, rejected }
}

function checkTopics(cluster: TransactionCluster, values: readonly string[]): void {
  const { checked, rejected } = expected(values)
  assert.deepEqual(writtenTo(cluster, 'checked'), checked)
  assert.deepEqual(
    writtenTo(cluster, 'rejected').map(([offset]) => offset),
    rejected,
  )
  // A reader that ignores transactions sees each event again only under a raw offset and row that it has had.
  let [lastOffset, lastRow] = [-1, -1]
  const risen: string[] = []
  for (const { record } of cluster.log('checked', 0)) {
    if (!record) continue
    const [offset, row] = [RAW_OFFSET, RAW_ROW].map(name => Number(record.headers[name]))
    if (offset < lastOffset || (offset === lastOffset && row <= lastRow)) continue
    ;[lastOffset, lastRow] = [offset, row]
    risen.push(String(record.value))
  }
  assert.deepEqual(
    risen,
    checked.map(([, value]) => value),
  )
}

const payment = fc.record({
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  card: fc.constantFrom<string | number>('x', 'x', 'x', 'y', 'y', 'y', 7),
  amount: fc.constantFrom(1, 1, 1, 2),
  at: fc.constant(7),
})
const value = fc.oneof(
  { weight: 6, arbitrary: payment.map(row => JSON.stringify(row)) },
  { weight: 2, arbitrary: fc.array(payment, { maxLength: 4 }).map(rows => JSON.stringify({ rows })) },
  { weight: 1, arbitrary: fc.constant('no json') },
)
const values = fc.array(value, { minLength: 1, maxLength: 40 })

test('events, duplicates, conflicts and rejections are decided as by a reader of one record after another', async () => {
  await fc.assert(
    fc.asyncProperty(values, async all => {
      const cluster = clusterWith([], 1)
      for (const each of all) appendRaw(cluster, each)
      await partitionGateOf(cluster.driver(), true).run(neverAborted)
      checkTopics(cluster, all)
    }),
    { numRuns: 200 },
  )
})

/** Runs gates until one has read everything: each ends by a fault, a kill, or another gate. */
async function runThrough(cluster: TransactionCluster, all: readonly string[], chance: () => number): Promise<void> {
  const fates: readonly RequestFate[] = ['lost', 'unanswered', 'late']
  const waiting = [...all]
  const running = new Set<Promise<unknown>>()
  let isCalm = false
  cluster.fateOf = () => {
    if (waiting.length > 0 && chance() < 0.3) appendRaw(cluster, waiting.shift()!)
    if (cluster.late.length > 0 && chance() < 0.3) cluster.late.splice(Math.floor(chance() * cluster.late.length), 1)[0]()
    return isCalm || chance() > 0.12 ? 'ok' : fates[Math.floor(chance() * fates.length)]
  }
  for (let life = 0; life < 12; life++) {
    const kill = new AbortController()
    const gate = partitionGateOf(cluster.driver(), false).run(kill.signal)
    const ended = gate.catch((error: unknown) => {
      assert.ok(error instanceof KafkaError && (error.kind === 'unavailable' || error.kind === 'fenced'), String(error))
    })
    running.add(ended)
    for (let turns = Math.floor(chance() * 60); turns > 0; turns--) await yieldToEventLoop()
    // Now and then the next gate begins while this one goes on.
    if (chance() < 0.6) kill.abort()
  }
  isCalm = true
  for (const each of waiting.splice(0)) appendRaw(cluster, each)
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  for (const late of cluster.late.splice(0)) late()
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
}

test('through lost answers, late ends of transactions, kills and two gates at once, each raw record is decided once', async () => {
  await fc.assert(
    fc.asyncProperty(values, fc.integer(), async (all, seed) => {
      const cluster = clusterWith([], 1)
      await runThrough(cluster, all, random(seed))
      checkTopics(cluster, all)
    }),
    { numRuns: 150 },
  )
})

test('a fenced gate ends, and says so', async () => {
  const cluster = clusterWith([], 1)
  appendRaw(cluster, '{"id":"a","card":"x","amount":1,"at":7}')
  const memory = new PartitionMemory()
  const begin = () => partitionGateOf(cluster.driver(), false, undefined, memory).run(neverAborted)
  const ended = assert.rejects(begin(), { kind: 'unavailable', message: /^another gate has taken over, or the coordinator has aborted/ })
  while (writtenTo(cluster, 'checked').length === 0) await yieldToEventLoop()
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  appendRaw(cluster, '{"id":"b","card":"x","amount":1,"at":7}')
  await ended
  await assert.rejects(begin(), { kind: 'fenced' })
  assert.equal(writtenTo(cluster, 'checked').length, 1)
})

test('a gate whose transaction the coordinator has aborted goes on, also if the answer to its next beginning is lost', async () => {
  const cluster = clusterWith([], 1)
  for (const id of ['a', 'b']) appendRaw(cluster, `{"id":"${id}","card":"x","amount":1,"at":7}`)
  const memory = new PartitionMemory()
  const begin = () => partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
  cluster.onAdd = id => cluster.abort(id)
  await assert.rejects(begin(), { kind: 'unavailable' })
  cluster.onAdd = () => {}
  cluster.fateOf = () => 'unanswered'
  await assert.rejects(begin(), { kind: 'unavailable' })
  cluster.fateOf = () => 'ok'
  await begin()
  assert.equal(writtenTo(cluster, 'checked').length, 2)
})

test('a gate that begins anew goes on as the writer that it was, and does not take over from a newer one', async () => {
  const cluster = clusterWith([], 1)
  const begin = (memory: PartitionMemory) => partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
  const [first, second] = [new PartitionMemory(), new PartitionMemory()]
  await begin(first)
  await begin(first)
  await begin(second)
  appendRaw(cluster, '{"id":"a","card":"x","amount":1,"at":7}')
  await assert.rejects(begin(first), { kind: 'fenced' })
  assert.equal(writtenTo(cluster, 'checked').length, 0)
  await begin(second)
  assert.equal(writtenTo(cluster, 'checked').length, 1)
})

test('a gate goes on when its first request for a new writer comes late, once, and not behind a gate that has written', async () => {
  const cluster = clusterWith([], 1)
  const begin = (memory: PartitionMemory) => partitionGateOf(cluster.driver(), true, undefined, memory).run(neverAborted)
  const late = () => cluster.init('spillway-gate/checked/0')
  const beginLate = async (): Promise<PartitionMemory> => {
    const memory = new PartitionMemory()
    cluster.fateOf = () => 'lost'
    await assert.rejects(begin(memory), { kind: 'unavailable' })
    cluster.fateOf = () => 'ok'
    await begin(memory)
    return memory
  }
  const first = await beginLate()
  late()
  appendRaw(cluster, '{"id":"a","card":"x","amount":1,"at":7}')
  await begin(first)
  assert.equal(writtenTo(cluster, 'checked').length, 1)
  late()
  await assert.rejects(begin(first), { kind: 'fenced' })

  const second = await beginLate()
  appendRaw(cluster, '{"id":"b","card":"x","amount":1,"at":7}')
  await begin(new PartitionMemory())
  await assert.rejects(begin(second), { kind: 'fenced' })
})

test('a topic that something else writes to is no topic of a gate', async () => {
  const cluster = clusterWith([], 1)
  cluster.append({ topic: 'checked', partition: 0, key: undefined, value: '{}', headers: {}, timestamp: 0 })
  await assert.rejects(partitionGateOf(cluster.driver(), true).run(neverAborted), {
    code: 'SPILL_DATA',
    message:
      /^kafka:checked#0 offset 0 has a record without spillway-raw-offset and spillway-ingested: something else than a gate writes to it/,
  })
})

test('duplicates at the end of a topic are not decided again', async () => {
  const cluster = clusterWith([], 1)
  for (let i = 0; i < 3; i++) appendRaw(cluster, '{"id":"a","card":"x","amount":1,"at":7}')
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  assert.equal(cluster.groupOffsets.get('gate 0'), 3)
  // Much later it would be an event.
  const later = () => startMs + checkedPayments.dedupe + 60_000
  await partitionGateOf(cluster.driver(), true, later).run(neverAborted)
  assert.equal(writtenTo(cluster, 'checked').length, 1)
})

test('an id may come again after dedupe, and a restart knows the ids within it', () => {
  const check = new PartitionCheck(checkedPayments, undefined, key => key === 'x')
  const decide = (row: object, arrival: number) =>
    check.check(recordBatchOf([{ id: 'a', card: 'x', amount: 1, at: 7, ...row }]), arrival)[0]
  assert.equal(decide({}, startMs).events.length, 1)
  assert.equal(decide({}, startMs + checkedPayments.dedupe).duplicates, 1)
  assert.equal(decide({ amount: 2 }, startMs + checkedPayments.dedupe).rejections[0].reason, 'conflict')
  assert.equal(decide({}, startMs + checkedPayments.dedupe + 1).events.length, 1)
  assert.deepEqual(
    decide({ card: 'y' }, startMs + checkedPayments.dedupe + 1).rejections.map(({ reason, detail }) => [reason, detail.slice(0, 37)]),
    [['key', "'card' belongs to another partition: "]],
  )
})

test('records that are checked together have the outcomes of records that are checked one by one', () => {
  const rows = ['a', 'b', 'a', 7, 'a', 'b'].map((id, i) => ({ id, card: i === 1 ? 'y' : 'x', amount: i === 4 ? 2 : 1, at: 7 }))
  const newCheck = () => new PartitionCheck(checkedPayments, undefined, key => key === 'x')
  const [together, single] = [newCheck(), newCheck()]
  const batch = recordBatchOf(rows)
  const outcomes = together.check(batch, startMs)
  assert.deepEqual(
    outcomes.map(({ number, events, duplicates, rejections }) => [
      number,
      events.length,
      duplicates,
      rejections.map(({ reason }) => reason),
    ]),
    [
      [1, 1, 0, []],
      [2, 0, 0, ['key']],
      [3, 0, 1, []],
      [4, 0, 0, ['schema']],
      [5, 0, 0, ['conflict']],
      [6, 1, 0, []],
    ],
  )
  const oneByOne = rows.flatMap((row, i) => single.check({ ...recordBatchOf([row]), numberOf: () => i + 1 }, startMs))
  assert.deepEqual(outcomes, oneByOne)
})

test('a transaction has whole raw records, up to KAFKA_SEND_BYTES', async () => {
  const cluster = clusterWith([], 1)
  for (let i = 0; i < 5; i++) appendRaw(cluster, 'x'.repeat(0.4 * limits.KAFKA_SEND_BYTES))
  await partitionGateOf(cluster.driver(), true).run(neverAborted)
  assert.deepEqual(
    cluster.log('rejected', 0).map(({ record }) => record && Number(record.headers[RAW_OFFSET])),
    [0, 1, undefined, 2, 3, undefined, 4, undefined],
  )
})
