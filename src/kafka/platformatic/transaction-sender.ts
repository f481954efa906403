/**
 * Writes transactions by the producer of the client, one at a time, under an id that only the newest writer holds.
 *
 * The client speaks the first version of the protocol (no KIP-890): a request to end a transaction that is late could end the next one. So the
 * caller never goes on after an error whose outcome is unknown. It opens the writer anew, which raises the epoch, and a late request is rejected.
 */
import * as client from '@platformatic/kafka'
import { limits } from '../../base/index.ts'
import { KafkaError, type PlacedRecord, type TransactionWriter, type WriterIdentity, type WriterOpening } from '../port/driver.ts'
import { TransactionWait } from '../port/open-writer.ts'
import { connectToCoordinator, findCoordinator } from './coordinator-lookup.ts'
import { apiCodeOf, kafkaError } from './errors.ts'

/** While the markers of the transaction before are written, the coordinator answers that it has done nothing. */
const CONCURRENT_TRANSACTIONS = 51
const PRODUCER_FENCED = 90
const [DESCRIBE_TRANSACTIONS, TRANSACTIONAL_ID_NOT_FOUND] = [65, 105]
const abortStates: ReadonlySet<string> = new Set(['PrepareEpochFence', 'PrepareAbort', 'CompleteAbort'])
const commitStates: ReadonlySet<string> = new Set(['PrepareCommit', 'CompleteCommit'])
/** The client names itself as a producer that the coordinator does not know yet. */
const NEW_PRODUCER = { producerId: -1n, producerEpoch: -1 }

export class TransactionSender implements TransactionWriter {
  readonly #settings: client.BaseOptions
  readonly #id: string
  /** Asks the coordinator; opened when it is needed. */
  #admin: client.Admin | undefined
  /** Since when a transaction is open that may be this writer's or a successor's: UTC ms by the coordinator. */
  #openSince: bigint | undefined
  #producer: client.Producer | undefined
  /** The error of a write that a newer writer has fenced: the client rejects any later one without asking. */
  #fenced: KafkaError | undefined

  constructor(settings: client.BaseOptions, id: string) {
    this.#settings = settings
    this.#id = id
  }

  async open(previous?: WriterIdentity): Promise<WriterOpening> {
    try {
      return await (previous ? this.#goOnAs(previous) : this.#openNew())
    } catch (error) {
      throw kafkaError(error)
    }
  }

  async #openNew(): Promise<WriterOpening> {
    return { identity: await untilDone(() => this.#openAs(NEW_PRODUCER)), isOpen: true }
  }

  async #goOnAs(previous: WriterIdentity): Promise<WriterOpening> {
    const before = await this.#stepBefore(previous)
    if (before) return before
    const { producerId, epoch } = previous
    try {
      const opened = await this.#openAs({ producerId: BigInt(producerId), producerEpoch: epoch })
      return { identity: { ...previous, ...opened }, isOpen: true }
    } catch (error) {
      const code = apiCodeOf(error)
      if (code === CONCURRENT_TRANSACTIONS) return { identity: previous, isOpen: false }
      // It may have been aborted between the two requests.
      const later = code === PRODUCER_FENCED ? await this.#stepBefore(previous) : undefined
      if (!later) throw error
      return later
    }
  }

  /** The step before a writer may ask to go on: as another epoch, or to wait for an open transaction. Undefined if there is none. */
  async #stepBefore(previous: WriterIdentity): Promise<WriterOpening | undefined> {
    const state = await this.#stateOfTransactions()
    const identity = behindLateRequests(previous, state) ?? { ...previous, epoch: this.#epochToGoOnAs(previous.epoch, state) }
    return identity.epoch === previous.epoch && this.#openSince === undefined ? undefined : { identity, isOpen: false }
  }

  /**
   * The epoch as which a writer goes on.
   *
   * The coordinator itself takes the next one when it aborts a transaction that was open for too long, or that a lost connection left open (Kafka 3),
   * and then knows the writer by that epoch only. A successor would have begun transactions of its own: a writer that goes on under its id would
   * abort one that is open, whatever its epoch. So it asks only where the state shows none: a writer commits under no epoch that it does not know.
   *
   * But a transaction that is open under the next epoch may also be that of the writer itself, of which the coordinator could not store that it aborts
   * it (Kafka 3, for want of replicas). It aborts that one in time, and a successor begins another. So the writer waits for either.
   *
   * @throws `fenced` for a writer with a successor that writes transactions. Of other successors the coordinator tells.
   */
  #epochToGoOnAs(epoch: number, state: TransactionState | undefined): number {
    const before = this.#openSince
    this.#openSince = undefined
    if (!state || state.producerEpoch <= epoch) return epoch
    const { producerEpoch, transactionState, transactionStartTimeMs } = state
    const isOngoing = transactionState === 'Ongoing'
    const isAnother = isOngoing && before !== undefined && before !== transactionStartTimeMs
    if (producerEpoch > epoch + 1 || commitStates.has(transactionState) || isAnother)
      throw new KafkaError('fenced', 'a newer writer has written transactions')
    if (isOngoing) this.#openSince = transactionStartTimeMs
    return abortStates.has(transactionState) ? producerEpoch : epoch
  }

  /** As the coordinator of the id has them. Undefined if it knows none, and on brokers before Kafka 3.0. */
  async #stateOfTransactions(): Promise<TransactionState | undefined> {
    const admin = (this.#admin ??= new client.Admin({ ...this.#settings, retries: false }))
    if (!(await admin.listApis()).some(({ apiKey }) => apiKey === DESCRIBE_TRANSACTIONS)) return undefined
    const connection = await connectToCoordinator(admin, await findCoordinator(admin, 'TRANSACTION', this.#id), this.#id)
    try {
      const { transactionStates } = await client.describeTransactionsV0.api.async(connection, [this.#id])
      return transactionStates[0]
    } catch (error) {
      if (apiCodeOf(error) === TRANSACTIONAL_ID_NOT_FOUND) return undefined
      throw error
    }
  }

  /** Throws the client's errors. A producer whose first request fails takes no second, so each attempt has its own. */
  async #openAs(identity: typeof NEW_PRODUCER): Promise<WriterIdentity> {
    await this.#closeProducer()
    this.#fenced = undefined
    const producer = new client.Producer({
      ...this.#settings,
      idempotent: true,
      transactionalId: this.#id,
      retries: false,
      // Time after which the coordinator aborts a transaction whose writer is gone.
      timeout: limits.KAFKA_TRANSACTION_MS,
    })
    this.#producer = producer
    const transaction = await producer.beginTransaction(identity)
    await transaction.cancel()
    return { producerId: String(producer.producerId), epoch: producer.producerEpoch! }
  }

  async write(records: readonly PlacedRecord[]): Promise<void> {
    const producer = this.#producer
    if (!producer) throw new KafkaError('protocol', 'the writer is not open')
    if (this.#fenced) throw this.#fenced
    const wait = new TransactionWait()
    try {
      const transaction = await untilDone(() => producer.beginTransaction(NEW_PRODUCER), wait)
      // One call, since the client adds the partitions of concurrent ones but once.
      await untilDone(() => transaction.send({ messages: records.map(messageOf), acks: -1 }), wait)
      await untilDone(() => transaction.commit(), wait)
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'fenced') this.#fenced = error
      throw error
    }
  }

  async #closeProducer(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.close(true).catch(() => {})
  }

  async close(): Promise<void> {
    const admin = this.#admin
    this.#admin = undefined
    await Promise.all([this.#closeProducer(), admin?.close().catch(() => {})])
  }
}

/**
 * The identity behind requests for a new writer that came late; undefined if there were none. A successor that has written nothing looks the same:
 * it is taken over from, at most once for each of these requests.
 */
function behindLateRequests(previous: WriterIdentity, state: TransactionState | undefined): WriterIdentity | undefined {
  const { epoch, unanswered = 0 } = previous
  if (state?.transactionState !== 'Empty') return undefined
  const late = state.producerEpoch - epoch
  return late > 0 && late <= unanswered ? { ...previous, epoch: state.producerEpoch, unanswered: unanswered - late } : undefined
}

interface TransactionState {
  readonly producerEpoch: number
  readonly transactionState: string
  readonly transactionStartTimeMs: bigint
}

function messageOf({ topic, partition, key, value, headers, timestamp }: PlacedRecord): client.MessageToProduce {
  const named = Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)] as const)
  return {
    topic,
    partition,
    ...(key !== undefined && { key: Buffer.from(key) }),
    value: Buffer.from(value),
    headers: new Map(named),
    timestamp: BigInt(timestamp),
  }
}

/** The result of a call that is repeated while the coordinator answers that it has done nothing yet. @throws as `TransactionWait` does. */
async function untilDone<T>(call: () => Promise<T>, wait = new TransactionWait()): Promise<T> {
  for (;;)
    try {
      return await call()
    } catch (error) {
      if (apiCodeOf(error) !== CONCURRENT_TRANSACTIONS) throw kafkaError(error)
      await wait.again()
    }
}
