/**
 * Shares the ids that the sources remember within `dedupe` among the clients, so that one client does not use up the memory of a source
 * (`DEDUPE_IDS_MAX`), after which every client would have to wait.
 *
 * Counts the ids of each client from their submission until they are older than `dedupe`. A client may hold ten times what is free: alone
 * ten elevenths of all. The counts are of this process. Ids from before its start, from connectors and from imports belong to no client,
 * and lower what is free.
 */
import type { IngestReceipt } from '../../run/index.ts'
import { overloadError } from '../http/serve-error.ts'
import type { ServedRun } from '../http/served-run.ts'

/** A client may hold this many times the ids that are free. */
const SHARE = 10
/** Ids are released this many times within `dedupe`, so up to a sixteenth of it too late. */
const INTERVALS = 16

/** Ids of one submission. */
export interface ReservedIds {
  /** Counts the accepted records once the receipt has come. Returns the receipt's promise. */
  until<Receipt extends Pick<IngestReceipt, 'accepted'>>(receipt: Promise<Receipt>): Promise<Receipt>
}

export class IdShares {
  readonly #run: Pick<ServedRun, 'idRooms'>
  readonly #bySource = new Map<string, HeldIds[]>()

  constructor(run: Pick<ServedRun, 'idRooms'>) {
    this.#run = run
  }

  /** Counts `records` ids of a source for the client. Throws `SPILL_OVERLOAD` beyond its share. */
  reserve(client: string, source: string, records: number): ReservedIds {
    const rooms = this.#run.idRooms(source)
    let held = this.#bySource.get(source)
    if (!held) this.#bySource.set(source, (held = rooms.map(() => new HeldIds())))
    rooms.forEach(({ free, keptMs, at }, i) => {
      const ids = held[i]
      ids.releaseOlderThan(at - keptMs)
      if (ids.of(client) + records > SHARE * free)
        throw overloadError(`source '${source}' remembers ${ids.of(client)} ids of this client`, 'DEDUPE_IDS_MAX')
    })
    for (const ids of held) ids.add(client, records)
    const settle = (accepted: number): void =>
      rooms.forEach(({ keptMs, at }, i) => held[i].settle(client, { reserved: records, accepted, at, keptMs }))
    return {
      until: receipt => {
        receipt.then(
          ({ accepted }) => settle(accepted),
          () => settle(0),
        )
        return receipt
      },
    }
  }
}

/** Ids accepted in one interval of time. */
interface Interval {
  readonly from: number
  until: number
  readonly byClient: Map<string, number>
}

/** The ids of each client in one index of a source. */
class HeldIds {
  readonly #byClient = new Map<string, number>()
  readonly #intervals: Interval[] = []

  of(client: string): number {
    return this.#byClient.get(client) ?? 0
  }

  add(client: string, count: number): void {
    const ids = this.of(client) + count
    if (ids > 0) this.#byClient.set(client, ids)
    else this.#byClient.delete(client)
  }

  /** Replaces `reserved` ids by those of them that were accepted at `at`. */
  settle(client: string, { reserved, accepted, at, keptMs }: { reserved: number; accepted: number; at: number; keptMs: number }): void {
    this.add(client, accepted - reserved)
    if (accepted === 0) return
    let last = this.#intervals.at(-1)
    if (!last || at >= last.from + keptMs / INTERVALS) this.#intervals.push((last = { from: at, until: at, byClient: new Map() }))
    last.until = Math.max(last.until, at)
    last.byClient.set(client, (last.byClient.get(client) ?? 0) + accepted)
  }

  releaseOlderThan(time: number): void {
    while (this.#intervals.length > 0 && this.#intervals[0].until < time)
      for (const [client, count] of this.#intervals.shift()!.byClient) this.add(client, -count)
  }
}
