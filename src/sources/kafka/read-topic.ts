/** A topic that a run has read, for a comparison with its log: its records up to the positions of the run. */
import { type FeedPlace, placeValueOf } from '../../define/config/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import type { InputFile } from '../../files/index.ts'
import { driverOpener } from '../../kafka/index.ts'
import type { HistorySetting } from '../reader/reader-kind.ts'
import { addressPlace } from './kafka-kind.ts'
import { RecordMembers } from './record-members.ts'
import { TopicHistory } from './topic-history.ts'
import { formatOpener } from './value-format.ts'

export interface ReadTopic {
  /** The name of its reader: `kafka:payments`. */
  readonly name: string
  /** True if a run begins to read behind the first record. */
  readonly beginsLate: boolean
  /** The records before the positions of a run, by partition; without positions all of them. Connects when they are read. */
  open(source: SourceIR, positions: ((partition: string) => string | undefined) | undefined): InputFile
}

/** Opens a place of the configuration, or an address: `kafka:payments?from=2026-01-01T00:00Z`. Throws as the reader of a run does. */
export function readTopicOf(input: string | FeedPlace, { source, env }: HistorySetting): ReadTopic {
  const place = placeValueOf(input)
  const ir = place?.ir ?? addressPlace(input as string)
  const { topic, from = 'earliest', to, tombstones = 'reject', columns } = ir
  const name = `kafka:${topic}`
  // A mistake in the settings ends the command before it reads a log.
  const openDriver = driverOpener(ir, { owner: `source '${source}': ${name}`, env, token: place?.functions.token })
  formatOpener(ir, { name: source, source: undefined, env })
  return {
    name,
    beginsLate: from === 'latest',
    open: (definition, positions) =>
      new TopicHistory({
        source,
        topic,
        from: from === 'latest' ? 'earliest' : from,
        to,
        positions,
        skipsTombstones: tombstones === 'skip',
        openFormat: () => formatOpener(ir, { name: source, source: definition, env })(() => {}),
        ...(columns && { members: new RecordMembers(definition, columns) }),
        open: openDriver,
      }),
  }
}
