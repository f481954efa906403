/**
 * Admission control: limits the load of a server by route class and by client.
 *
 * The server rejects a request at once when its client's share is used up, rather than let it wait. The load of one client never
 * causes the rejection of another.
 */
import { limits } from '../../base/index.ts'
import type { ResourceLimits } from './resource-limits.ts'
import { Budget, clientKey, type ClientIdentity } from './budget.ts'
import { FairQueue } from './fair-queue.ts'
import { IdShares, type ReservedIds } from './id-shares.ts'
import { overloadError, type ServeError } from '../http/serve-error.ts'
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

/** The load of one server, and its budgets. */
export class AdmissionControl {
  readonly bounds: ResourceLimits
  readonly slowBodies: SlowBodies
  readonly fairQueue = new FairQueue()
  readonly run: Pick<ServedRun, 'waiting' | 'isHeldBack' | 'idRooms'>
  readonly streams: Budget
  readonly searches: Budget
  readonly records: Budget
  readonly ids: IdShares
  readonly #classes: ReadonlyMap<RouteClass, ClassBudgets>
  #roomWaiters: (() => void)[] = []

  constructor(run: AdmissionControl['run'], bounds: ResourceLimits) {
    this.run = run
    this.bounds = bounds
    this.slowBodies = new SlowBodies(bounds)
    this.streams = new Budget(bounds.streams)
    this.searches = new Budget(bounds.searches)
    this.records = new Budget(bounds.waitingRecords)
    this.ids = new IdShares(run)
    this.#classes = new Map(routeClasses.map(route => [route, budgetsOf(route, bounds)]))
  }

  /** The amount that all clients hold: requests that wait for their commit, or bytes of bodies. */
  used(unit: 'requests' | 'bytes'): number {
    return [...this.#classes.values()].reduce((sum, budgets) => sum + budgets[unit].used, 0)
  }

  /** The client's share of the server, for a request to this route class. */
  shareOf(route: RouteClass, client: ClientIdentity): ClientShare {
    return new ClientShare(this, this.#classes.get(route)!, clientKey(client))
  }

  releaseRecords(client: string, records: number): void {
    this.records.release(client, records)
    for (const resolve of this.#roomWaiters.splice(0)) resolve()
  }

  /** Resolves when some records have become durable. */
  recordsReleased(): Promise<void> {
    return new Promise(resolve => this.#roomWaiters.push(resolve))
  }

  close(): void {
    this.slowBodies.close()
  }
}

const budgetsOf = (route: RouteClass, { webhookBytes, bodyBytes, waiting }: ResourceLimits): ClassBudgets => ({
  bytes: new Budget(route === 'webhook' ? webhookBytes : bodyBytes),
  requests: new Budget(waiting),
  bytesLimit: route === 'webhook' ? 'HTTP_WEBHOOK_BYTES_MAX' : 'HTTP_BODY_BYTES_MAX',
})

/** One client's share of a server, for the routes of one class. */
export class ClientShare {
  readonly #load: AdmissionControl
  readonly #class: ClassBudgets
  readonly #client: string

  constructor(load: AdmissionControl, budgets: ClassBudgets, client: string) {
    this.#load = load
    this.#class = budgets
    this.#client = client
  }

  get bounds(): ResourceLimits {
    return this.#load.bounds
  }

  get slowBodies(): SlowBodies {
    return this.#load.slowBodies
  }

  /** Resolves when the client may do work that blocks the event loop for milliseconds. */
  waitForTurn(): Promise<void> {
    return this.#load.fairQueue.waitForTurn(this.#client)
  }

  /** Throws `SPILL_OVERLOAD` if the client has no room for another record: then its body need not be parsed. */
  checkRecordBudget(): void {
    if (!this.#hasRecordRoom(1)) throw this.#recordOverload()
  }

  /**
   * Runs `act`, which waits for the commit of `records` records. Throws `SPILL_OVERLOAD` if too many requests or records of the client
   * wait. An `act` that answers before the commit passes a promise to `hold`. The share stays in use until the promise settles.
   * `until` gets the promise, too.
   */
  async awaitCommit<T>(records: number, act: (holdBytes: HoldUntil) => Promise<T>, until: HoldUntil = () => {}): Promise<T> {
    const [client, load, { requests }] = [this.#client, this.#load, this.#class]
    this.#checkRun()
    if (!requests.hasRoom(client, 1)) throw this.#requestOverload()
    if (!this.#hasRecordRoom(records)) throw this.#recordOverload()
    requests.add(client, 1)
    load.records.add(client, records)
    const withUntil = (hold: HoldUntil) =>
      act(promise => {
        hold(promise)
        until(promise)
      })
    return releaseAfter(withUntil, () => {
      requests.release(client, 1)
      load.releaseRecords(client, records)
    })
  }

  /** Runs `act`, which waits for a commit without records. Throws `SPILL_OVERLOAD` if too many requests of the client wait. */
  countRequest<T>(act: () => Promise<T>): Promise<T> {
    return this.#count(this.#class.requests, act, () => this.#requestOverload())
  }

  /** Runs `act`, which reads a stream of records. Throws `SPILL_OVERLOAD` if the client has too many streams. */
  async countStream<T>(act: () => Promise<T>): Promise<T> {
    this.#checkRun()
    return this.#count(this.#load.streams, act, used =>
      overloadError(`${used} NDJSON streams of this client are being read`, 'HTTP_STREAMS_MAX'),
    )
  }

  /** Runs `act`, which searches recorded decisions. Throws `SPILL_OVERLOAD` if too many searches of the client wait. */
  countSearch<T>(act: () => Promise<T>): Promise<T> {
    return this.#count(this.#load.searches, act, used => overloadError(`${used} searches of this client wait`, 'HTTP_SEARCHES_MAX'))
  }

  /** Runs `act` within the client's share of a budget. Throws `overload` of the amount in use beyond the share. */
  async #count<T>(budget: Budget, act: () => Promise<T>, overload: (used: number) => ServeError): Promise<T> {
    if (!budget.spend(this.#client, 1)) throw overload(budget.usedBy(this.#client))
    try {
      return await act()
    } finally {
      budget.release(this.#client, 1)
    }
  }

  /**
   * Waits until the client has room for `count` records of a stream, and counts them until `release` is called. A client without waiting
   * records may have one block of any length.
   */
  async records(count: number): Promise<{ readonly release: () => void }> {
    const [client, load] = [this.#client, this.#load]
    while (!this.#hasRecordRoom(count)) await load.recordsReleased()
    load.records.add(client, count)
    return { release: () => load.releaseRecords(client, count) }
  }

  /** Counts the ids of `records` records for a source (`IdShares`). Throws `SPILL_OVERLOAD` beyond the client's share. */
  reserveIds(source: string, records: number): ReservedIds {
    return this.#load.ids.reserve(this.#client, source, records)
  }

  /** Counts bytes of a body that the server keeps in memory. Throws `SPILL_OVERLOAD` beyond the client's share. */
  hold(bytes: number): void {
    const { bytes: budget, bytesLimit } = this.#class
    if (!budget.spend(this.#client, bytes))
      throw overloadError(`${budget.usedBy(this.#client)} bytes of bodies of this client are held`, bytesLimit)
  }

  /** Ends the count of `hold`. */
  releaseBytes(bytes: number): void {
    if (bytes > 0) this.#class.bytes.release(this.#client, bytes)
  }

  /** May the client have `count` more records wait? A request alone may exceed the share: the limits on its body bound it. */
  #hasRecordRoom(count: number): boolean {
    const { records } = this.#load
    return records.usedBy(this.#client) === 0 || records.hasRoom(this.#client, count)
  }

  #requestOverload(): ServeError {
    return overloadError(`${this.#class.requests.usedBy(this.#client)} requests of this client wait for their commit`, 'HTTP_WAITING_MAX')
  }

  #recordOverload(): ServeError {
    const waiting = this.#load.records.usedBy(this.#client)
    return overloadError(`${waiting} records of this client wait for their commit`, 'HTTP_WAITING_RECORDS_MAX')
  }

  #checkRun(): void {
    const { waiting, isHeldBack } = this.#load.run
    if (waiting >= limits.WAITING_RECORDS_MAX + limits.HTTP_WAITING_RECORDS_MAX)
      throw overloadError(`${waiting} records wait for their turn`, 'WAITING_RECORDS_MAX')
    if (isHeldBack) throw overloadError('as many ids are within `dedupe` of a source as can be remembered', 'DEDUPE_IDS_MAX')
  }
}

/** Extends a hold until a promise settles, though the function that holds has ended. */
export type HoldUntil = (settled: Promise<unknown>) => void

/** Runs `act`, and calls `release` when `act` has ended and all promises that it passed to `until` have settled. */
export async function releaseAfter<T>(act: (until: HoldUntil) => Promise<T>, release: () => void): Promise<T> {
  const pending: Promise<unknown>[] = []
  try {
    return await act(promise => pending.push(promise))
  } finally {
    if (pending.length === 0) release()
    else void Promise.allSettled(pending).then(release)
  }
}
