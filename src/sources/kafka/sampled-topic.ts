/** A topic whose first records a project is inferred from. */
import { needsRegistry } from '../../define/config/index.ts'
import type { FileColumn, InputFile } from '../../files/index.ts'
import { driverOpener, registeredColumns } from '../../kafka/index.ts'
import type { HistorySetting } from '../reader/reader-kind.ts'
import { addressPlace } from './kafka-kind.ts'
import { TopicHistory } from './topic-history.ts'
import { formatOpener, schemaRegistryOf } from './value-format.ts'

export interface SampledTopic {
  readonly topic: string
  /** The address without a range, as a run reads it: `kafka:payments?value=avro`. */
  readonly feed: string
  readonly records: InputFile
  /** Columns that the registered schema of its values states. */
  readonly declared: readonly FileColumn[]
}

/**
 * Opens an address: `kafka:payments?value=avro`. Asks the registry of a format that needs one; connects to Kafka when records are read. The records
 * have no cells.
 *
 * @throws `SPILL_INPUT` for a mistake in the address and a setting that cannot be read; `SPILL_SOURCE` for a registry that cannot be reached
 */
export async function sampledTopicOf(address: string, { env }: Pick<HistorySetting, 'env'>): Promise<SampledTopic> {
  const ir = addressPlace(address)
  const { topic, from = 'earliest', to, tombstones, value = 'json' } = ir
  // A mistake in the settings ends the command before it asks anyone.
  const open = driverOpener(ir, { owner: `--from-topic kafka:${topic}`, env })
  const openFormat = formatOpener(ir, { name: topic, source: undefined, env })
  const declared = needsRegistry(value) ? await registeredColumns(schemaRegistryOf(ir, { name: topic, env }), topic) : []
  const options = [...(value === 'json' ? [] : [`value=${value}`]), ...(tombstones === 'skip' ? ['tombstones=skip'] : [])]
  return {
    topic,
    feed: `kafka:${topic}${options.length > 0 ? `?${options.join('&')}` : ''}`,
    declared,
    records: new TopicHistory({
      source: topic,
      topic,
      from: from === 'latest' ? 'earliest' : from,
      to,
      // A sample says nothing of its dead letters.
      skipsTombstones: true,
      openFormat: () => openFormat(() => {}),
      open,
    }),
  }
}
