/** A driver whose client runs in a thread of its own. */
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { callAfter, limits, TransientMap, withDeadline } from '../../base/index.ts'
import {
  type FetchedRecords,
  type FetchOptions,
  type GroupMember,
  type KafkaConnection,
  type KafkaDriver,
  KafkaError,
  type MemberOptions,
  type NewRecord,
  type OffsetQuery,
  type PartitionPlace,
  type TopicDescription,
  type TopicFetch,
  type TransactionWriter,
} from '../port/driver.ts'
import { connectionForThread } from './thread-connection.ts'
import type { DriverAnswer, DriverCalls, FetchChange } from './messages.ts'

const threadFile = new URL(`./driver-thread${extname(import.meta.url)}`, import.meta.url)

/** Fetched records that are asked for ahead of the reader. */
const AHEAD = 2
/** Answers of a broker for which a call waits at most: a transaction takes four. After that the client counts as stuck. */
const ANSWERS_MAX = 5
/** These wait for records, or for the other members of a group. */
const unbounded: ReadonlySet<keyof DriverCalls> = new Set(['next', 'memberPartitions'])

interface ThreadOptions {
  readonly thread: URL
  /** Time that a call may take, ms. */
  readonly callMs: number
}

/** The options are for tests. */
export function threadedDriver(connection: KafkaConnection, options: Partial<ThreadOptions> = {}): KafkaDriver {
  const { requestMs = limits.KAFKA_REQUEST_MS } = connection
  // The first calls wait for the thread, which loads the client.
  return new ThreadedDriver(connection, { thread: threadFile, callMs: limits.KAFKA_CONNECT_MS + ANSWERS_MAX * requestMs, ...options })
}

class ThreadedDriver implements KafkaDriver {
  readonly #worker: Worker
  readonly #callMs: number
  readonly #waiting = new TransientMap<number, WaitingCall>()
  #lastId = 0
  #lastFetch = 0
  #lastWriter = 0
  #lastMember = 0
  /** The error of calls after the end of the thread. */
  #end: KafkaError | undefined

  constructor(connection: KafkaConnection, { thread, callMs }: ThreadOptions) {
    this.#callMs = callMs
    this.#worker = new Worker(thread, connectionForThread(connection))
      .on('message', (answer: DriverAnswer) => this.#receive(answer))
      .on('error', ({ message }) => this.#endWith(`the thread of the client ended: ${message}`))
      .on('exit', () => this.#endWith('the client is closed'))
  }

  describe(topic: string): Promise<TopicDescription> {
    return this.#call('describe', topic)
  }

  offsets(topic: string, partitions: readonly number[], query: OffsetQuery): Promise<ReadonlyMap<number, number>> {
    return this.#call('offsets', topic, partitions, query)
  }

  send(topic: string, records: readonly NewRecord[]): Promise<void> {
    return this.#call('send', topic, records)
  }

  commitOffsets(group: string, topic: string, offsets: ReadonlyMap<number, number>): Promise<void> {
    return this.#call('commitOffsets', group, topic, offsets)
  }

  groupOffsets(group: string, topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return this.#call('groupOffsets', group, topic, partitions)
  }

  transactions(id: string): TransactionWriter {
    const writer = ++this.#lastWriter
    return {
      open: previous => this.#call('openWriter', writer, id, previous),
      write: records => this.#call('write', writer, records),
      close: () => this.#call('closeWriter', writer).catch(() => {}),
    }
  }

  member(options: MemberOptions): GroupMember {
    const member = ++this.#lastMember
    return {
      partitions: () => this.#call('memberPartitions', member, options),
      offsets: partitions => this.#call('memberOffsets', member, partitions),
      store: offsets => this.#call('memberStore', member, offsets),
      leave: () => this.#call('leaveGroup', member).catch(() => {}),
    }
  }

  fetch(topic: string, options: FetchOptions): TopicFetch {
    const fetch = ++this.#lastFetch
    this.#post({ change: 'open', fetch, topic, options })
    return new ThreadedFetch(fetch, {
      next: () => this.#call('next', fetch),
      close: () => this.#call('closeFetch', fetch),
      post: change => this.#post(change),
    })
  }

  async close(): Promise<void> {
    if (this.#end) return
    // A thread that does not answer ends all the same.
    await withDeadline(
      this.#call('close').catch(() => {}),
      limits.KAFKA_CLOSE_MS,
      () => {},
    )
    await this.#worker.terminate()
  }

  #call<Name extends keyof DriverCalls>(call: Name, ...args: Parameters<DriverCalls[Name]>): Promise<ReturnType<DriverCalls[Name]>> {
    if (this.#end) return Promise.reject(this.#end)
    const id = ++this.#lastId
    const { promise, resolve, reject } = Promise.withResolvers<never>()
    const stuck = unbounded.has(call) ? undefined : callAfter(this.#callMs, () => this.#giveUp(id, call))
    this.#waiting.set(id, { resolve, reject, stuck })
    this.#worker.postMessage({ id, call, args })
    return promise
  }

  /** The caller opens another driver then. */
  #giveUp(id: number, call: string): void {
    this.#waiting.get(id)?.reject(new KafkaError('unavailable', `the client has not answered '${call}' within ${this.#callMs} ms`))
    this.#waiting.delete(id)
  }

  #post(change: FetchChange): void {
    if (!this.#end) this.#worker.postMessage(change)
  }

  #receive(answer: DriverAnswer): void {
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    waiting?.stuck?.stop()
    if ('value' in answer) waiting?.resolve(answer.value as never)
    else waiting?.reject(new KafkaError(answer.error.kind, answer.error.message, answer.error))
  }

  /** The first reason counts. A client that has crashed is a cluster that is away: the reader opens another. */
  #endWith(reason: string): void {
    this.#end ??= new KafkaError('unavailable', reason)
    for (const { reject, stuck } of this.#waiting.values()) {
      stuck?.stop()
      reject(this.#end)
    }
    this.#waiting.clear()
  }
}

interface WaitingCall extends Pick<PromiseWithResolvers<never>, 'resolve' | 'reject'> {
  /** Ends the call when its time is over. */
  readonly stuck: { stop(): void } | undefined
}

interface FetchThread {
  readonly next: () => Promise<FetchedRecords | undefined>
  readonly close: () => Promise<void>
  readonly post: (change: FetchChange) => void
}

class ThreadedFetch implements TopicFetch {
  readonly #number: number
  readonly #thread: FetchThread
  /** Answers that were asked for and not taken, in order. */
  readonly #ahead: Promise<FetchedRecords | undefined>[] = []
  readonly #assignments = new Map<number, number>()
  /** The fetch of the thread counts in the same way: it gets each assignment, in order. */
  #lastAssignment = 0
  #isClosed = false

  constructor(number: number, thread: FetchThread) {
    this.#number = number
    this.#thread = thread
  }

  async next(): Promise<FetchedRecords | undefined> {
    for (;;) {
      if (this.#isClosed) return undefined
      while (this.#ahead.length < AHEAD) this.#ahead.push(this.#ask())
      const fetched = await this.#ahead.shift()
      if (!fetched) return undefined
      // Revoked, or assigned anew, after the thread had sent it.
      if (fetched.assignment !== this.#assignments.get(fetched.partition)) continue
      // A Buffer comes out of a message as its plain bytes.
      const { buffer, byteOffset, length } = fetched.records.bytes
      return { ...fetched, records: { ...fetched.records, bytes: Buffer.from(buffer, byteOffset, length) } }
    }
  }

  #ask(): Promise<FetchedRecords | undefined> {
    const answer = this.#thread.next()
    // Nobody may take it.
    answer.catch(() => {})
    return answer
  }

  assign(partition: number, place: PartitionPlace): number {
    this.#assignments.set(partition, ++this.#lastAssignment)
    this.#thread.post({ change: 'assign', fetch: this.#number, partition, place })
    return this.#lastAssignment
  }

  revoke(partition: number): void {
    this.#assignments.delete(partition)
    this.#thread.post({ change: 'revoke', fetch: this.#number, partition })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#thread.close().catch(() => {})
  }
}
