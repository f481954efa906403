import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryCluster } from '../../test/kafka/memory-cluster.ts'
import { TopicRun } from '../../test/kafka/topic-run.ts'
import { openNumbersRun, sourceOf } from '../../test/postgres/numbers-run.ts'
import { entity, model, on, pipeline, source, t } from '../index.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import { openValueFormat } from '../kafka/index.ts'
import { logStartText, LOG_START } from '../log/named-values.ts'
import { TopicHistory } from '../sources/kafka/topic-history.ts'
import { topicReader } from '../sources/kafka/topic-reader.ts'
import { type ReconciledTopic, reconcileTopic } from './reconcile-topic.ts'
import type { TopicReport } from './topic-report.ts'

const who = entity('who', t.string())

const schema = { who, n: t.int(), at: t.timestamp(), id: t.string().nullable() }
const score = { version: '1', compute: ({ n }: { readonly n: number | null }) => n ?? 0 }
const identified = source('rows', { schema, key: 'who', time: 'at', id: 'id' })
const unidentified = source('rows', { schema, key: 'who', time: 'at' })
const withIds = pipeline('numbers', [model('seen', { decide: on(identified), inputs: row => ({ n: row.n }), score })])
const withoutIds = pipeline('numbers', [model('seen', { decide: on(unidentified), inputs: row => ({ n: row.n }), score })])

const valueOf = (n: number, other: object = {}): string => JSON.stringify({ who: `w${n % 3}`, n, at: n, ...other })
const idValueOf = (n: number, other: object = {}): string => valueOf(n, { id: `i${n}`, ...other })

function clusterOf(values: readonly (string | undefined)[], partitions = 2): MemoryCluster {
  const cluster = new MemoryCluster()
  cluster.createTopic('rows', partitions)
  for (const [i, value] of values.entries()) cluster.append('rows', i % partitions, value)
  return cluster
}

/** Replaces the value of a record that a run has read. */
function rewrite(cluster: MemoryCluster, partition: number, offset: number, value: string): void {
  const { records } = cluster.partition('rows', partition)
  const at = records.findIndex(record => record.offset === offset)
  records[at] = { ...records[at], value }
}

/** Removes a record that a run has read, as compaction does. */
function remove(cluster: MemoryCluster, partition: number, offset: number): void {
  const { records } = cluster.partition('rows', partition)
  records.splice(
    records.findIndex(record => record.offset === offset),
    1,
  )
}

/** Puts a record where a run has found none. */
function insert(cluster: MemoryCluster, partition: number, offset: number, value: string): void {
  const { records } = cluster.partition('rows', partition)
  records.push({ offset, epoch: 0, timestamp: 0, value })
  records.sort((a, b) => a.offset - b.offset)
}

/** A run that has read the topic to its end. */
async function ran(cluster: MemoryCluster, definitions = withIds, from: 'earliest' | 'latest' = 'earliest') {
  const reader = topicReader(sourceOf(definitions), { topic: 'rows', from, open: () => cluster.driver() })
  const run = new TopicRun(reader, { follow: false, opened: openNumbersRun(definitions) })
  await run.ended
  return run
}

const topicOf = (cluster: MemoryCluster, beginsLate = false): ReconciledTopic => ({
  name: 'kafka:rows',
  beginsLate,
  open: (_source, positions) =>
    new TopicHistory({
      source: 'rows',
      topic: 'rows',
      from: 'earliest',
      positions,
      skipsTombstones: false,
      openFormat: () => openValueFormat({ format: 'json', reader: undefined }, () => {}),
      open: () => cluster.driver(),
    }),
})

const compare = (cluster: MemoryCluster, { opened }: TopicRun, definitions = withIds, options: { readonly rowsMax?: number } = {}) =>
  reconcileTopic(definitions, opened.store, { source: 'rows', topic: topicOf(cluster), ...options })

/** The counts that are not 0. */
const countsOf = ({ faults, explained }: TopicReport) =>
  Object.fromEntries(Object.entries({ ...faults, ...explained }).filter(([, count]) => count > 0))

const numbered = (count: number, of = idValueOf): string[] => Array.from({ length: count }, (_, n) => of(n))

test('each record that is an event with its values, a duplicate or a dead letter is explained', async () => {
  const cluster = clusterOf([...numbered(20), idValueOf(3), idValueOf(4, { n: -1 }), 'no json', undefined])
  const run = await ran(cluster)
  const report = await compare(cluster, run)
  assert.deepEqual(countsOf(report), { rejected: 3, duplicate: 1 })
  assert.deepEqual([report.records, report.events, report.recorded, report.sound], [24, 20, 20, true])
  assert.deepEqual(report.reasons, { conflict: 1, schema: 2 })
  assert.deepEqual(report.partitions, [
    { partition: 0, from: 0, to: 12 },
    { partition: 1, from: 0, to: 12 },
  ])
  const rejected = new Set(report.examples.filter(({ kind }) => kind === 'rejected').map(({ place }) => place))
  assert.deepEqual(rejected, new Set(['kafka:rows#0 offset 11', 'kafka:rows#1 offset 10', 'kafka:rows#1 offset 11']))
  await run.end()
})

for (const [name, definitions, of] of [
  ['with ids', withIds, idValueOf],
  ['without ids', withoutIds, valueOf],
] as const)
  test(`planted faults are found, ${name}: missing, doubled, different`, async () => {
    const cluster = clusterOf(numbered(6, of))
    // An offset that a run finds empty: a record there is missing in its log.
    cluster.skip('rows', 1)
    cluster.append('rows', 1, of(7))
    if (definitions === withoutIds) cluster.append('rows', 1, of(7))
    const run = await ran(cluster, definitions)
    insert(cluster, 1, 3, of(100))
    rewrite(cluster, 0, 1, of(2, { n: 50 }))
    // Of two equal records without an id only one remains.
    if (definitions === withoutIds) remove(cluster, 1, 5)
    const report = await compare(cluster, run, definitions)
    assert.deepEqual(countsOf(report), { missing: 1, different: 1, ...(definitions === withoutIds && { doubled: 1 }) })
    assert.equal(report.sound, false)
    const byKind = new Map(report.examples.map(example => [example.kind, example]))
    assert.deepEqual(byKind.get('missing'), { kind: 'missing', place: 'kafka:rows#1 offset 3', key: 'w1', time: 100 })
    const { place, differences } = byKind.get('different')!
    assert.deepEqual([place, differences], ['kafka:rows#0 offset 1', [{ column: 'n', record: 50, event: 2 }]])
    if (definitions === withoutIds) assert.equal(byKind.get('doubled')!.place, 'kafka:rows#1 offset 4')
    await run.end()
  })

test('an event that is in the log twice is doubled, though the topic has its record twice too', async () => {
  const cluster = clusterOf([idValueOf(0), idValueOf(1), idValueOf(1)], 1)
  // A run that does not know of the ids.
  const run = await ran(cluster, withoutIds)
  const report = await compare(cluster, run)
  assert.deepEqual([countsOf(report), report.recorded], [{ doubled: 1, duplicate: 1 }, 2])
  const [doubled] = report.examples
  assert.deepEqual([doubled.kind, doubled.place, doubled.arrivals?.length], ['doubled', 'kafka:rows#0 offset 1', 2])
  await run.end()
})

test('an event of another place is no fault', async () => {
  const cluster = clusterOf(numbered(4))
  const run = await ran(cluster)
  await run.opened.run.submit('rows', recordBatchOf([JSON.parse(idValueOf(77))]))
  const report = await compare(cluster, run)
  assert.deepEqual([countsOf(report), report.sound], [{ elsewhere: 1 }, true])
  assert.equal(report.examples[0].key, 'w2')
  await run.end()
})

test('records behind the positions of the run are left out, and so is a partition that it has not read', async () => {
  const cluster = clusterOf(numbered(6))
  const run = await ran(cluster)
  cluster.append('rows', 0, idValueOf(8))
  cluster.addPartition('rows')
  cluster.append('rows', 2, idValueOf(9))
  const report = await compare(cluster, run)
  assert.deepEqual([countsOf(report), report.records, report.hasPositions], [{}, 6, true])
  await run.end()
})

test('a log that was fed from elsewhere is compared with the whole topic', async () => {
  const cluster = clusterOf(numbered(3))
  const opened = openNumbersRun(withIds)
  await opened.run.submit('rows', recordBatchOf([JSON.parse(idValueOf(0)), JSON.parse(idValueOf(1))]))
  const report = await reconcileTopic(withIds, opened.store, { source: 'rows', topic: topicOf(cluster) })
  assert.deepEqual([countsOf(report), report.recorded, report.hasPositions], [{ missing: 1 }, 2, false])
  await opened.run.stop()
})

test('records before the first that a log has are unrecorded if the run began late; one behind it is missing', async () => {
  const cluster = clusterOf(numbered(6), 1)
  const run = await ran(cluster, withIds, 'latest')
  for (let n = 10; n < 14; n++) cluster.append('rows', 0, idValueOf(n))
  cluster.skip('rows', 0)
  cluster.append('rows', 0, idValueOf(15))
  const reader = topicReader(sourceOf(withIds), { topic: 'rows', from: 'latest', open: () => cluster.driver() })
  await new TopicRun(reader, { follow: false, opened: run.opened }).ended
  insert(cluster, 0, 10, idValueOf(14))
  const late = await reconcileTopic(withIds, run.opened.store, { source: 'rows', topic: topicOf(cluster, true) })
  assert.deepEqual(countsOf(late), { missing: 1, unrecorded: 6 })
  assert.equal(late.examples.find(({ kind }) => kind === 'missing')!.place, 'kafka:rows#0 offset 10')
  const early = await reconcileTopic(withIds, run.opened.store, { source: 'rows', topic: topicOf(cluster) })
  assert.deepEqual(countsOf(early), { missing: 7 })
  // A log that has deleted its oldest events may lack them too.
  const get = run.opened.store.get.bind(run.opened.store)
  run.opened.store.get = name => (name === LOG_START ? logStartText({ entry: 1, arrival: 0 }) : get(name))
  const deleted = await compare(cluster, run)
  assert.equal(deleted.faults.missing, 1)
  assert.ok(deleted.explained.unrecorded >= 6)
  await run.end()
})

test('a replayed dead letter explains its record and its event', async () => {
  const cluster = clusterOf([idValueOf(0), idValueOf(1, { n: 'one' })], 1)
  const run = await ran(cluster)
  const [letter] = run.opened.store.deadLetters.dead()
  await run.opened.run.submit('rows', recordBatchOf([JSON.parse(idValueOf(5))]), undefined, letter.id)
  const report = await compare(cluster, run)
  assert.deepEqual([countsOf(report), report.recorded, report.events], [{ replayed: 1 }, 1, 2])
  await run.end()
})

test('a comparison that holds few rows at a time has the same result', async () => {
  const values = [...numbered(60), 'no json', idValueOf(7)]
  const cluster = clusterOf(values)
  cluster.skip('rows', 0)
  cluster.append('rows', 0, idValueOf(90))
  const run = await ran(cluster)
  insert(cluster, 0, 31, idValueOf(91))
  rewrite(cluster, 1, 4, idValueOf(9, { n: -9 }))
  const [whole, sliced] = [await compare(cluster, run), await compare(cluster, run, withIds, { rowsMax: 10 })]
  assert.deepEqual(countsOf(whole), { missing: 1, different: 1, rejected: 1, duplicate: 1 })
  const sorted = ({ examples, ...report }: TopicReport) => ({
    ...report,
    examples: examples.map(example => JSON.stringify(example)).toSorted(),
  })
  assert.deepEqual(sorted(sliced), sorted(whole))
  await run.end()
})

test('positions of an earlier topic of the name are an error', async () => {
  const cluster = clusterOf(numbered(3))
  const run = await ran(cluster)
  cluster.deleteTopic('rows')
  cluster.createTopic('rows', 2)
  await assert.rejects(compare(cluster, run), {
    code: 'SPILL_SOURCE',
    message: /was read up to offset \d in an earlier topic of this name/,
  })
  await run.end()
})
