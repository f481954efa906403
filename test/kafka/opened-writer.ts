/** Opens a writer of transactions until its coordinator is there, as a gate does: a broker that has just started has none yet. */
import { pause } from '../../src/base/clock.ts'
import { KafkaError, type PlacedRecord, openWriter, type TransactionWriter, type WriterIdentity } from '../../src/kafka/index.ts'

const AGAIN_MS = 100

export async function openedWriter(writer: TransactionWriter, previous?: WriterIdentity): Promise<WriterIdentity> {
  for (let last = previous; ;)
    try {
      return await openWriter(writer, last, identity => (last = identity))
    } catch (error) {
      await pauseIfAway(error)
    }
}

/** Writes records in a transaction. Begins anew, as a gate does, while its coordinator moves to a broker that has come back. */
export async function writeWhenThere(writer: TransactionWriter, previous: WriterIdentity, records: readonly PlacedRecord[]): Promise<void> {
  for (let last = previous; ;)
    try {
      last = await openedWriter(writer, last)
      return await writer.write(records)
    } catch (error) {
      await pauseIfAway(error)
    }
}

async function pauseIfAway(error: unknown): Promise<void> {
  if (!(error instanceof KafkaError) || error.kind !== 'unavailable') throw error
  await pause(AGAIN_MS)
}
