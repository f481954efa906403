/** Opens a writer of transactions until its coordinator is there, as a gate does: a broker that has just started has none yet. */
import { pause } from '../../src/base/clock.ts'
import { KafkaError, openWriter, type TransactionWriter, type WriterIdentity } from '../../src/kafka/index.ts'

const AGAIN_MS = 100

export async function openedWriter(writer: TransactionWriter, previous?: WriterIdentity): Promise<WriterIdentity> {
  for (let last = previous; ;)
    try {
      return await openWriter(writer, last, identity => (last = identity))
    } catch (error) {
      if (!(error instanceof KafkaError) || error.kind !== 'unavailable') throw error
      await pause(AGAIN_MS)
    }
}
