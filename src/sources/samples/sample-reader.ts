/**
 * Reads sample events of a source, one a second, made from its schema: what `spillway dev` shows while nothing else comes.
 *
 * A position is the number of events so far and the source that they are of, so that values continue after a restart, and begin anew for a
 * changed source. A start makes the earlier events again, some microseconds each.
 */
import { pause, wallClock, SpillwayError } from '../../base/index.ts'
import type { SourceIR } from '../../define/ir/index.ts'
import { recordBatchOf } from '../../intake/index.ts'
import type { SourceReader } from '../reader/source-reader.ts'
import { type IsPosition, parsePosition } from '../reader/stored-position.ts'
import type { BuiltInKind } from '../reader/reader-kind.ts'
import { hasSamples, SampleEvents } from './sample-events.ts'

const NAME = 'samples:'

interface SamplePosition {
  readonly count: number
  /** The source as JSON. */
  readonly source: string
}

const isSamplePosition: IsPosition = ({ count, source }) => typeof count === 'number' && typeof source === 'string'

/**
 * The reader of sample events. Without `follow` it gives one event. After a rejected event it warns and gives no more.
 *
 * Throws `SPILL_INPUT` for a source with a `map`, whose records are known to the map alone.
 */
export function sampleReader(source: SourceIR, everyMs: number): SourceReader {
  if (!hasSamples(source))
    throw new SpillwayError('SPILL_INPUT', `source '${source.name}' has no sample events: its map alone knows the format of its records`)
  const schema = JSON.stringify(source)
  return {
    name: NAME,
    describe: () => 'sample events',
    async *read({ committedPosition, follow, signal, warn }) {
      const text = committedPosition()
      const last = text === undefined ? undefined : parsePosition<SamplePosition>(NAME, text, isSamplePosition)
      const events = new SampleEvents(source)
      let count = last?.source === schema ? last.count : 0
      for (let i = 0; i < count; i++) events.next(wallClock())
      let rejection: string | undefined
      const isOver = () => !follow || signal.aborted || rejection !== undefined
      do {
        const batch = recordBatchOf([events.next(wallClock())], 'sample')
        const onRejected: (typeof batch)['onRejected'] = ({ reason, detail }) => (rejection ??= `${reason}: ${detail}`)
        yield { records: { ...batch, onRejected }, position: JSON.stringify({ count: ++count, source: schema }) }
        if (follow) await pause(everyMs, signal)
      } while (!isOver())
      if (rejection !== undefined) warn(`  no more sample events: one for '${source.name}' was rejected (${rejection})`)
    },
  }
}

const SAMPLE_EVERY_MS = 1000

/** The kind `samples`: sample events of the source, whatever follows the colon. */
export const sampleKind: BuiltInKind = {
  scheme: 'samples',
  form: 'samples:',
  description: 'sample events',
  open: (_, { source }) => sampleReader(source, SAMPLE_EVERY_MS),
}
