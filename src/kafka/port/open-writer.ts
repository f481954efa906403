/** Opens a writer of transactions, step by step. */
import { type Clock, limits, pause, stopwatch } from '../../base/index.ts'
import { KafkaError, type TransactionWriter, type WriterIdentity } from './driver.ts'

/** The transaction before ends in milliseconds, but later where too few replicas are there for its markers. */
const [AGAIN_MS, AGAIN_MS_MAX, SHORT_PAUSES] = [2, 100, 10]
/** A coordinator looks every 10 s for transactions that are open for longer than KAFKA_TRANSACTION_MS. */
const WAIT_MS_MAX = 3 * limits.KAFKA_TRANSACTION_MS
const UNFINISHED = `the coordinator has not completed the transaction before within ${WAIT_MS_MAX / 1000} s; check that each topic, and __transaction_state, has min.insync.replicas in-sync replicas`

/** Waits before a request is repeated while the coordinator completes the transaction before. */
export class TransactionWait {
  readonly #now: Clock
  readonly #began: number
  #attempts = 0

  constructor(now: Clock = stopwatch) {
    this.#now = now
    this.#began = now()
  }

  /** @throws `unavailable` half a minute after it began. */
  async again(): Promise<void> {
    if (this.#now() - this.#began > WAIT_MS_MAX) throw new KafkaError('unavailable', UNFINISHED)
    await pause(Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** Math.max(0, this.#attempts++ - SHORT_PAUSES)))
  }
}

/**
 * Resolves once the writer is open. `onIdentity` receives the identity as which it goes on from then on, before the cluster has to know it.
 *
 * @throws as `TransactionWriter.open` does, and as `TransactionWait`.
 */
export async function openWriter(
  writer: TransactionWriter,
  previous?: WriterIdentity,
  onIdentity: (identity: WriterIdentity) => void = () => {},
): Promise<WriterIdentity> {
  const wait = new TransactionWait()
  for (let last = previous; ;) {
    const { identity, isOpen } = await writer.open(last)
    onIdentity(identity)
    if (isOpen) return identity
    last = identity
    await wait.again()
  }
}
