/**
 * Writes transactions by the producer of the client, one at a time, under an id that only the newest writer holds.
 *
 * The client speaks the first version of the protocol (no KIP-890): a request to end a transaction that is late could end the next one. So the
 * caller never goes on after an error whose outcome is unknown. It opens the writer anew, which raises the epoch, and a late request is rejected.
 */
import * as client from '@platformatic/kafka'
import { limits, pause } from '../../base/index.ts'
import { KafkaError, type PlacedRecord, type TransactionWriter, type WriterIdentity } from '../driver.ts'
import { connectToCoordinator, findCoordinator } from './coordinator-lookup.ts'
import { apiCodeOf, kafkaError } from './errors.ts'

/** While the markers of the transaction before are written, the coordinator answers that it has done nothing. */
const CONCURRENT_TRANSACTIONS = 51
const PRODUCER_FENCED = 90
const [DESCRIBE_TRANSACTIONS, TRANSACTIONAL_ID_NOT_FOUND] = [65, 105]
const abortStates: ReadonlySet<string> = new Set(['PrepareEpochFence', 'PrepareAbort', 'CompleteAbort'])
/** That takes milliseconds, but longer while too few replicas are there for the markers. */
const [AGAIN_MS, AGAIN_MS_MAX, SHORT_PAUSES] = [2, 100, 10]
/** The client names itself as a producer that the coordinator does not know yet. */
const NEW_PRODUCER = { producerId: -1n, producerEpoch: -1 }

export class TransactionSender implements TransactionWriter {
  readonly #settings: client.BaseOptions
  readonly #id: string
  #producer: client.Producer | undefined
  /** The error of a write that a newer writer has fenced: the client rejects any later one without asking. */
  #fenced: KafkaError | undefined

  constructor(settings: client.BaseOptions, id: string) {
    this.#settings = settings
    this.#id = id
  }

  async open(previous?: WriterIdentity): Promise<WriterIdentity> {
    const admin = new client.Admin({ ...this.#settings, retries: false })
    let writer = previous
    let isRejected = false
    try {
      for (let attempt = 0; ; attempt++)
        try {
          if (!previous) return await this.#openAs(NEW_PRODUCER)
          const { producerId } = previous
          writer = { producerId, epoch: epochToGoOnAs(previous.epoch, await this.#stateOfTransactions(admin)) }
          return await this.#openAs({ producerId: BigInt(producerId), producerEpoch: writer.epoch })
        } catch (error) {
          const code = apiCodeOf(error)
          // It may have been aborted between the two requests.
          if (code === PRODUCER_FENCED && !isRejected) isRejected = true
          else if (code !== CONCURRENT_TRANSACTIONS) throw error
          await pause(againMs(attempt))
        }
    } catch (error) {
      const { kind, message } = kafkaError(error)
      throw new KafkaError(kind, message, { cause: error, writer })
    } finally {
      await admin.close().catch(() => {})
    }
  }

  /** As the coordinator of the id has them. Undefined if it knows none, and on brokers before Kafka 3.0. */
  async #stateOfTransactions(admin: client.Admin): Promise<TransactionState | undefined> {
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
    await this.close()
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
    try {
      const transaction = await untilDone(() => producer.beginTransaction(NEW_PRODUCER))
      // One call, since the client adds the partitions of concurrent ones but once.
      await untilDone(() => transaction.send({ messages: records.map(messageOf), acks: -1 }))
      await untilDone(() => transaction.commit())
    } catch (error) {
      if (error instanceof KafkaError && error.kind === 'fenced') this.#fenced = error
      throw error
    }
  }

  async close(): Promise<void> {
    const producer = this.#producer
    this.#producer = undefined
    await producer?.close(true).catch(() => {})
  }
}

interface TransactionState {
  readonly producerEpoch: number
  readonly transactionState: string
}

/**
 * The epoch as which a writer goes on.
 *
 * The coordinator itself takes the next one when it aborts a transaction that was open for too long, or that a lost connection left open (Kafka 3),
 * and then knows the writer by that epoch only. A successor would have begun transactions of its own: while one is open the coordinator would abort
 * it for whoever goes on under its id, and then fence both.
 *
 * @throws `fenced` for a writer with a successor that has a transaction open. Of other successors the coordinator tells.
 */
function epochToGoOnAs(epoch: number, state: TransactionState | undefined): number {
  if (!state || state.producerEpoch <= epoch) return epoch
  if (state.transactionState === 'Ongoing') throw new KafkaError('fenced', 'a newer writer of transactions has one open')
  return state.producerEpoch === epoch + 1 && abortStates.has(state.transactionState) ? epoch + 1 : epoch
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

/** The result of a call that is repeated while the coordinator answers that it has done nothing yet. */
async function untilDone<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++)
    try {
      return await call()
    } catch (error) {
      if (apiCodeOf(error) !== CONCURRENT_TRANSACTIONS) throw kafkaError(error)
      await pause(againMs(attempt))
    }
}

const againMs = (attempt: number): number => Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** Math.max(0, attempt - SHORT_PAUSES))
