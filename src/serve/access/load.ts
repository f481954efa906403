/**
 * Bounds the load of a server by route class and by client. The server turns a client away at once when the client's share is used up,
 * rather than let it wait. It turns no client away because a different client has used up its share.
 */
import { limits } from '../../base/limits.ts'
import type { Bounds } from './resource-limits.ts'
import { Budget } from './budget.ts'
import { clientKey, type Client } from './client-key.ts'
import { FairTurns } from './fair-turns.ts'
import { ServeError } from '../http/serve-error.ts'
import type { ServedRun } from '../http/served-run.ts'
import { SlowBodies } from './slow-bodies.ts'

/** Routes whose bodies share one budget. The sender of a webhook is unknown until its body is whole. */
export type RouteClass = 'ingest' | 'decide' | 'read' | 'webhook'

const routeClasses: readonly RouteClass[] = ['ingest', 'decide', 'read', 'webhook']

interface ClassBudgets {
  readonly bytes: Budget
  readonly requests: Budget
  readonly bytesLimit: string
}

export class Load {
  readonly bounds: Bounds
  readonly slowBodies: SlowBodies
  readonly turns = new FairTurns()
  readonly run: Pick<ServedRun, 'waiting' | 'isHeldBack'>
  readonly streams: Budget
  readonly searches: Budget
  readonly records: Budget
  readonly #classes: ReadonlyMap<RouteClass, ClassBudgets>
  #wantsRoom: (() => void)[] = []

  constructor(run: Load['run'], bounds: Bounds) {
    this.run = run
    this.bounds = bounds
    this.slowBodies = new SlowBodies(bounds)
    this.streams = new Budget(bounds.streams)
    this.searches = new Budget(bounds.searches)
    this.records = new Budget(bounds.waitingRecords)
    this.#classes = new Map(routeClasses.map(route => [route, budgetsOf(route, bounds)]))
  }

  /** Of all clients. */
  get requests(): number {
    return this.#sum('requests')
  }

  /** Of all clients. */
  get bytes(): number {
    return this.#sum('bytes')
  }

  /** The share of the server for a request of this client. */
  shareOf(route: RouteClass, client: Client): Share {
    return new Share(this, this.#classes.get(route)!, clientKey(client))
  }

  releaseRecords(client: string, records: number): void {
    this.records.release(client, records)
    for (const resolve of this.#wantsRoom.splice(0)) resolve()
  }

  /** Resolves when some records have become durable. */
  recordsReleased(): Promise<void> {
    return new Promise(resolve => this.#wantsRoom.push(resolve))
  }

  close(): void {
    this.slowBodies.close()
  }

  #sum(what: 'requests' | 'bytes'): number {
    let sum = 0
    for (const budgets of this.#classes.values()) sum += budgets[what].used
    return sum
  }
}

const budgetsOf = (route: RouteClass, { webhookBytes, bodyBytes, waiting }: Bounds): ClassBudgets => ({
  bytes: new Budget(route === 'webhook' ? webhookBytes : bodyBytes),
  requests: new Budget(waiting),
  bytesLimit: route === 'webhook' ? 'HTTP_WEBHOOK_BYTES_MAX' : 'HTTP_BODY_BYTES_MAX',
})

/** One client's share of a server, for the routes of one class. */
export class Share {
  readonly #load: Load
  readonly #class: ClassBudgets
  readonly #client: string

  constructor(load: Load, budgets: ClassBudgets, client: string) {
    this.#load = load
    this.#class = budgets
    this.#client = client
  }

  get bounds(): Bounds {
    return this.#load.bounds
  }

  get slowBodies(): SlowBodies {
    return this.#load.slowBodies
  }

  /** Resolves when the client may do work that holds the loop up for milliseconds. */
  turn(): Promise<void> {
    return this.#load.turns.next(this.#client)
  }

  /** Throws `SPILL_OVERLOAD` if so many records of the client wait that no further one may: then a body need not be parsed. */
  checkRecords(): void {
    const { records } = this.#load
    if (records.usedBy(this.#client) > 0 && !records.hasRoom(this.#client, 1)) throw this.#tooManyRecords()
  }

  /**
   * Runs `act`, which waits for the commit of `records` records. Throws `SPILL_OVERLOAD` if too many requests or records of the client
   * wait. An `act` that answers before the commit passes a promise to `hold`. The share stays in use until the promise settles; `until`
   * gets the promise, too.
   */
  async waiting<T>(records: number, act: (hold: Until) => Promise<T>, until: Until = () => {}): Promise<T> {
    const [client, load, { requests }] = [this.#client, this.#load, this.#class]
    this.#checkRun()
    if (!requests.hasRoom(client, 1))
      throw tooMuch(`${requests.usedBy(client)} requests of this client wait for their commit`, 'HTTP_WAITING_MAX')
    // One request alone may have more records than the share is: it is bounded by itself.
    if (load.records.usedBy(client) > 0 && !load.records.hasRoom(client, records)) throw this.#tooManyRecords()
    requests.add(client, 1)
    load.records.add(client, records)
    const holding = (hold: Until) =>
      act(settled => {
        hold(settled)
        until(settled)
      })
    return heldUntil(holding, () => {
      requests.release(client, 1)
      load.releaseRecords(client, records)
    })
  }

  /** Reads a stream of records. Throws `SPILL_OVERLOAD` if the client has too many. */
  async streaming<T>(act: () => Promise<T>): Promise<T> {
    const { streams } = this.#load
    this.#checkRun()
    if (!streams.spend(this.#client, 1))
      throw tooMuch(`${streams.usedBy(this.#client)} NDJSON streams of this client are being read`, 'HTTP_STREAMS_MAX')
    try {
      return await act()
    } finally {
      streams.release(this.#client, 1)
    }
  }

  /** Looks for recorded decisions. Throws `SPILL_OVERLOAD` if the client has too many searches that wait. */
  async searching<T>(act: () => Promise<T>): Promise<T> {
    const { searches } = this.#load
    if (!searches.spend(this.#client, 1))
      throw tooMuch(`${searches.usedBy(this.#client)} searches of this client wait`, 'HTTP_SEARCHES_MAX')
    try {
      return await act()
    } finally {
      searches.release(this.#client, 1)
    }
  }

  /** Counts records of a stream until they are durable, as soon as the client may have so many; a client that has none may have one stretch, whatever its length. */
  async records(records: number): Promise<{ readonly release: () => void }> {
    const [client, load] = [this.#client, this.#load]
    while (load.records.usedBy(client) > 0 && !load.records.hasRoom(client, records)) await load.recordsReleased()
    load.records.add(client, records)
    return { release: () => load.releaseRecords(client, records) }
  }

  /** Counts bytes that are held from now on. Throws `SPILL_OVERLOAD` for more than the client may have. */
  hold(bytes: number): void {
    const { bytes: budget, bytesLimit } = this.#class
    if (!budget.spend(this.#client, bytes))
      throw tooMuch(`${budget.usedBy(this.#client)} bytes of bodies of this client are held`, bytesLimit)
  }

  letGo(bytes: number): void {
    if (bytes > 0) this.#class.bytes.release(this.#client, bytes)
  }

  #tooManyRecords(): ServeError {
    const waiting = this.#load.records.usedBy(this.#client)
    return tooMuch(`${waiting} records of this client wait for their commit`, 'HTTP_WAITING_RECORDS_MAX')
  }

  #checkRun(): void {
    const { waiting, isHeldBack } = this.#load.run
    if (waiting >= limits.WAITING_RECORDS_MAX + limits.HTTP_WAITING_RECORDS_MAX)
      throw tooMuch(`${waiting} records wait for their turn`, 'WAITING_RECORDS_MAX')
    if (isHeldBack) throw tooMuch('as many ids are within `dedupe` of a source as can be remembered', 'DEDUPE_IDS_MAX')
  }
}

/** That something is held until this has been fulfilled or rejected, though what holds it has ended. */
export type Until = (settled: Promise<unknown>) => void

/** Does something, and lets go when it has ended and all that it said to wait for. */
export async function heldUntil<T>(act: (until: Until) => Promise<T>, letGo: () => void): Promise<T> {
  const others: Promise<unknown>[] = []
  try {
    return await act(settled => others.push(settled))
  } finally {
    if (others.length === 0) letGo()
    else void Promise.allSettled(others).then(letGo)
  }
}

const tooMuch = (why: string, limit: string): ServeError =>
  new ServeError('SPILL_OVERLOAD', `${why} (${limit}); nothing of this request was taken, send it again`, {
    retryAfter: limits.HTTP_RETRY_AFTER_S,
  })
