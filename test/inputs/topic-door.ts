/**
 * Random topics of Kafka: valid, damaged and noise values in three formats, tombstones, empty and oversized values. Each record is an event, a
 * duplicate, or a dead letter with its bytes; and the position is behind the last one.
 */
import type { Random } from '../../src/base/random.ts'
import type { SourceIR } from '../../src/define/ir/ir.ts'
import type { KafkaDriver } from '../../src/kafka/port/driver.ts'
import { Run } from '../../src/run/loop/run.ts'
import { topicReader } from '../../src/sources/kafka/topic-reader.ts'
import { formatOpener } from '../../src/sources/kafka/value-format.ts'
import { feedSource } from '../../src/sources/reader/source-feed.ts'
import { entriesOf, logOf } from '../crash/inspect.ts'
import { ModelStore } from '../crash/model-store.ts'
import { MemoryCluster } from '../kafka/memory-cluster.ts'
import type { TestRegistry } from '../kafka-formats/test-registry.ts'
import type { Account } from './account.ts'
import { missingRows, rowKey } from './conservation.ts'
import { CountingTarget } from './counting-target.ts'
import { below, chance, oneOf, randomSource } from './generate.ts'
import { nothing } from './http-answer.ts'
import { NOW, pipelineOf } from './one-source.ts'
import { randomMap } from './random-file.ts'
import { SpyMap } from './spy-map.ts'
import { avroSchema, avroSource, LARGE_BYTES, randomTopicValue, topicFormats, type TopicValue } from './topic-values.ts'

/** Records of a topic. Those of a larger one are decoded in several slices, if one fetch has them. */
const [RECORDS, RECORDS_MANY, MANY_SHARE] = [120, 600, 0.2]
const FETCH_RECORDS = [8, Infinity] as const
const PARTITIONS_MAX = 3

/** A record, and the partition that it is for. */
export interface InputRecord extends TopicValue {
  readonly partition: number
}

export interface WrittenTopic {
  readonly topic: string
  /** Records by their place: `0 7` is offset 7 of partition 0. */
  readonly recordsAt: ReadonlyMap<string, InputRecord>
  /** Records that the cluster did not take. */
  readonly refused: number
}

/** A cluster that a test writes to. */
export interface InputCluster {
  /** Writes records to a new topic, with offsets between them that no reader sees. */
  write(records: readonly InputRecord[], partitions: number, next: Random): Promise<WrittenTopic>
  open(): KafkaDriver
}

/** A cluster in memory. */
export function memoryInputs(): InputCluster {
  const cluster = new MemoryCluster()
  let topics = 0
  return {
    async write(records, partitions, next) {
      const topic = `rows${++topics}`
      cluster.fetchRecords = oneOf(next, FETCH_RECORDS)
      cluster.createTopic(topic, partitions)
      const recordsAt = new Map<string, InputRecord>()
      for (const record of records) {
        if (chance(next, 0.05)) cluster.skip(topic, record.partition)
        recordsAt.set(`${record.partition} ${cluster.append(topic, record.partition, record.bytes)}`, record)
      }
      return { topic, recordsAt, refused: 0 }
    },
    open: () => cluster.driver(),
  }
}

export async function accountTopic(next: Random, cluster: InputCluster, registry: TestRegistry): Promise<Account> {
  const format = oneOf(next, topicFormats)
  const spy = format === 'json' && chance(next, 0.3) ? new SpyMap(randomMap(next)) : undefined
  const source: SourceIR = format === 'avro' ? avroSource : { ...randomSource(next), ...(spy && { mapVersion: '1' }) }
  // JSON behind an id is read with a registry or without one.
  const isLookedUp = format === 'avro' || (format === 'json-schema' && chance(next, 0.5))
  const schemaId = registry.register('rows', format === 'avro' ? { schema: avroSchema } : { schemaType: 'JSON', schema: '{}' })
  const setting = { source, format, schemaId, unknownId: schemaId + 1_000_000, isLookedUp }
  const partitions = 1 + below(next, PARTITIONS_MAX)
  const length = chance(next, MANY_SHARE) ? RECORDS_MANY : RECORDS
  const records = Array.from({ length }, () => ({ ...randomTopicValue(next, setting), partition: below(next, partitions) }))
  const skipsTombstones = chance(next, 0.2)
  const { topic, recordsAt, refused } = await cluster.write(records, partitions, next)
  const store = new ModelStore({ commits: [] }, true)
  const ir = pipelineOf(source)
  const run = new Run(
    { ir, maps: new Map(spy ? [[source.name, spy.call]] : []), scores: new Map(), fingerprint: 'topic' },
    { store, clock: () => NOW },
  )
  const counting = new CountingTarget(run)
  const place = { topic, value: format, ...(isLookedUp && { registry: { url: { kind: 'value', value: registry.url } } as const }) }
  const openFormat = formatOpener(place, { name: source.name, source, env: {} })
  const warnings: string[] = []
  try {
    const reader = topicReader(source, { topic, skipsTombstones, openFormat, open: () => cluster.open() })
    const onWarning = (warning: string): void => void warnings.push(warning)
    await feedSource(counting, source.name, reader, { follow: false, signal: new AbortController().signal, onWarning })
    await run.stop()
  } catch (error) {
    return { ...nothing, crashed: 1, faults: [`topic: ${String((error as Error).stack)}`] }
  }
  const { segments, strings } = logOf(ir, store.disk)
  const rows = entriesOf(ir, segments, strings).flatMap(entry => ('event' in entry ? [rowKey(source, entry.event.row)] : []))
  const tombstones = skipsTombstones ? [...recordsAt.values()].filter(({ bytes }) => bytes === undefined).length : 0
  const { accepted, duplicates, rejected } = counting
  const { calls, outcomes, skips } = spy?.counts ?? { calls: 0, outcomes: 0, skips: 0 }
  const due = recordsAt.size - calls + outcomes
  const faults = [
    ...warnings.map(warning => `a warning: ${warning}`),
    ...deadLetterFaults(store, recordsAt, { isText: format === 'json', skipsTombstones }),
    // With ids and maps another record may take the place of a row.
    ...(source.id === undefined && !spy ? missingRows(soundRows(source, recordsAt), rows) : []),
  ]
  if (accepted + duplicates + rejected + skips + tombstones !== due)
    faults.push(
      `${due} outcomes were due, and ${accepted} + ${duplicates} + ${rejected} came, ${skips} and ${tombstones} tombstones left out`,
    )
  if (rows.length !== accepted) faults.push(`${accepted} were accepted, and the log has ${rows.length}`)
  if (store.dead.length !== rejected) faults.push(`${rejected} were rejected, and there are ${store.dead.length} dead letters`)
  return {
    ...nothing,
    accepted,
    dead: rejected,
    duplicate: duplicates,
    skipped: skips + tombstones,
    rejected: refused,
    unaccounted: faults.length,
    faults: faults.map(fault => `topic of ${format}: ${fault}`),
  }
}

const soundRows = (source: SourceIR, recordsAt: ReadonlyMap<string, InputRecord>): string[] =>
  [...recordsAt.values()].flatMap(({ row }) => (row ? [rowKey(source, row)] : []))

interface LetterOptions {
  /** Dead letters have the bytes of their record, also where a column rejected them. */
  readonly isText: boolean
  readonly skipsTombstones: boolean
}

/** Each record that cannot be an event is one dead letter, and dead letters have the bytes of their records. */
function deadLetterFaults(
  store: ModelStore,
  recordsAt: ReadonlyMap<string, InputRecord>,
  { isText, skipsTombstones }: LetterOptions,
): string[] {
  const faults: string[] = []
  const places = new Map<string, number>()
  for (const { place, raw, reason } of store.dead) {
    const [, partition, offset] = /#(\d+) offset (\d+)/.exec(place) ?? []
    const key = `${partition} ${offset}`
    const record = recordsAt.get(key)
    places.set(key, (places.get(key) ?? 0) + 1)
    const isOfLog = reason === 'conflict' || reason === 'stale-revision'
    if (!record) faults.push(`the dead letter ${place} is of no record`)
    else if ((isText || record.isDead) && !isOfLog && !hasBytes(record, raw))
      faults.push(`the dead letter ${place} has other bytes than its record`)
  }
  for (const [key, { isDead, bytes }] of recordsAt)
    if (isDead && !(skipsTombstones && bytes === undefined) && places.get(key) !== 1)
      faults.push(`the record ${key}, which is no event, is ${places.get(key) ?? 0} dead letters`)
  return faults
}

/** Of a record that is too large its head is kept. */
function hasBytes({ bytes = Buffer.alloc(0) }: InputRecord, raw: string | Uint8Array): boolean {
  const kept = Buffer.from(raw)
  return bytes.length < LARGE_BYTES ? kept.equals(bytes) : kept.length > 0 && kept.equals(bytes.subarray(0, kept.length))
}
