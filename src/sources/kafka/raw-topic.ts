/** A topic whose records are not checked yet, for a gate: how to connect to it, and how to read its records. */
import { SpillwayError } from '../../base/index.ts'
import { type FeedPlace, placeValueOf } from '../../define/config/index.ts'
import type { RecordBatch } from '../../intake/index.ts'
import { driverOpener, type FetchedRecords, type KafkaDriver } from '../../kafka/index.ts'
import type { ReaderSetting } from '../reader/reader-kind.ts'
import { addressPlace } from './kafka-kind.ts'
import { RecordMembers } from './record-members.ts'
import { topicBatch } from './topic-batch.ts'
import { formatOpener } from './value-format.ts'

export interface RawTopic {
  readonly topic: string
  /** Values are JSON as producers write them: without a schema, and without columns from keys and headers. */
  readonly takesJson: boolean
  /** Connects to nothing yet. */
  open(): KafkaDriver
  /** Opens its format. The reader ends waiting for a schema registry at the signal. */
  reader(signal: AbortSignal, warn: (problem: string) => void): RawReader
}

/** Makes batches of fetched records. */
export interface RawReader {
  batchOf(fetched: FetchedRecords): Promise<RecordBatch>
  close(): void
}

/** Opens a place of the configuration, or an address: `kafka:raw.payments?value=avro`. Throws as the reader of a run does. */
export function rawTopicOf(input: string | FeedPlace, { source, env }: Pick<ReaderSetting, 'source' | 'env'>): RawTopic {
  const value = placeValueOf(input)
  const ir = value?.ir ?? addressPlace(input as string)
  const { topic, from = 'earliest', to, membership, tombstones, columns } = ir
  if (membership !== undefined)
    throw new SpillwayError('SPILL_INPUT', 'has a membership: a gate reads all partitions of its raw topic', { place: `kafka:${topic}` })
  if (from !== 'earliest' || to !== undefined)
    throw new SpillwayError('SPILL_INPUT', 'has from or to: a gate reads each record of its raw topic', { place: `kafka:${topic}` })
  const open = driverOpener(ir, { owner: `source '${source.name}': kafka:${topic}`, env, token: value?.functions.token })
  const openFormat = formatOpener(ir, { name: source.name, source, env })
  const members = columns && new RecordMembers(source, columns)
  return {
    topic,
    takesJson: (ir.value ?? 'json') === 'json' && columns === undefined,
    open,
    reader(signal, warn) {
      const format = openFormat(warn)
      const options = { name: `kafka:${topic}`, format, skipsTombstones: tombstones === 'skip', members, signal }
      return {
        batchOf: fetched => topicBatch(fetched, options),
        close: () => format.close(),
      }
    },
  }
}
