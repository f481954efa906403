/** Opens a writer of transactions, step by step. */
import { limits, pause, stopwatch } from '../base/index.ts'
import { KafkaError, type TransactionWriter, type WriterIdentity } from './driver.ts'

/** The transaction before ends in milliseconds, but later where too few replicas are there for its markers. */
const [AGAIN_MS, AGAIN_MS_MAX, SHORT_PAUSES] = [2, 100, 10]
/** A coordinator looks every 10 s for transactions that are open for longer than KAFKA_TRANSACTION_MS. */
const OPEN_MS_MAX = 3 * limits.KAFKA_TRANSACTION_MS

/** Milliseconds to wait before a request is repeated, by the number of those before it. */
export const againMs = (attempt: number): number => Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** Math.max(0, attempt - SHORT_PAUSES))

/**
 * Resolves once the writer is open. `onIdentity` receives the identity as which it goes on from then on, before the cluster has to know it.
 *
 * @throws as `TransactionWriter.open` does; `unavailable` where the transaction before has no outcome after half a minute.
 */
export async function openWriter(
  writer: TransactionWriter,
  previous?: WriterIdentity,
  onIdentity: (identity: WriterIdentity) => void = () => {},
): Promise<WriterIdentity> {
  const began = stopwatch()
  for (let [attempt, last] = [0, previous]; ; attempt++) {
    const { identity, isOpen } = await writer.open(last)
    onIdentity(identity)
    if (isOpen) return identity
    last = identity
    if (stopwatch() - began > OPEN_MS_MAX) throw new KafkaError('unavailable', 'the transaction before has no outcome yet')
    await pause(againMs(attempt))
  }
}
