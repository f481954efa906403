/**
 * An online store in the memory of one process.
 *
 * Rows are in nested maps: group, generation, key, part. A read costs one look-up per level and sorts the parts of its key. Expired rows are
 * deleted when their key is read or written, and by a sweep that visits two keys for each written row: memory is bounded by the live rows and
 * those that expire during one sweep.
 */
import { wallClock, type Clock, SpillwayError } from '../base/index.ts'
import { type OnlineQuery, type OnlineRow, type OnlineStore, type OnlineWrite, validateOnlineWrite } from './online-store.ts'

/** Rows of one key, by part. */
type Parts = Map<string, OnlineRow>

/** The generations of one group. */
interface Generations {
  readonly rows: Map<number, Map<string, Parts>>
  active: number | undefined
  /** Generations before this one were dropped. */
  first: number
}

const KEYS_SWEPT_PER_ROW = 2

/**
 * Online store in memory, for one process, tests and development.
 *
 * @example
 * const store = new InProcessOnlineStore()
 */
export class InProcessOnlineStore implements OnlineStore {
  readonly #clock: Clock
  readonly #groups = new Map<string, Generations>()
  readonly #consumed = new Map<string, number>()
  #sweep: Iterator<void> | undefined
  #isClosed = false

  /** `clock`: the time that decides which rows have expired, UTC ms. */
  constructor(clock: Clock = wallClock) {
    this.#clock = clock
  }

  async write(write: OnlineWrite): Promise<void> {
    this.#checkOpen()
    validateOnlineWrite(write)
    const { rows, consumed = {} } = write
    const now = this.#clock()
    for (const row of rows) this.#put(row, now)
    for (const [name, position] of Object.entries(consumed))
      this.#consumed.set(name, Math.max(position, this.#consumed.get(name) ?? position))
    this.#sweepKeys(rows.length * KEYS_SWEPT_PER_ROW)
  }

  async read(queries: readonly OnlineQuery[]): Promise<OnlineRow[][]> {
    this.#checkOpen()
    const now = this.#clock()
    return queries.map(({ group, key }) => {
      const { active, rows } = this.#groups.get(group) ?? {}
      const keys = active === undefined ? undefined : rows?.get(active)
      const parts = keys?.get(key)
      if (!parts) return []
      deleteExpired(keys!, key, parts, now)
      return [...parts.values()].sort((a, b) => (a.part < b.part ? -1 : 1))
    })
  }

  async consumed(name: string): Promise<number | undefined> {
    this.#checkOpen()
    return this.#consumed.get(name)
  }

  async activate(group: string, generation: number): Promise<void> {
    this.#checkOpen()
    const generations = this.#generationsOf(group)
    if (generation < generations.first)
      throw new SpillwayError(
        'SPILL_PRECONDITION',
        `generation ${generation} of group '${group}' was dropped; activate ${generations.first} or a later one`,
      )
    generations.active = generation
  }

  async active(group: string): Promise<number | undefined> {
    this.#checkOpen()
    return this.#groups.get(group)?.active
  }

  async dropBefore(group: string, generation: number): Promise<void> {
    this.#checkOpen()
    const generations = this.#generationsOf(group)
    const { active, rows } = generations
    if (active !== undefined && active < generation)
      throw new SpillwayError(
        'SPILL_PRECONDITION',
        `generation ${active} of group '${group}' is active; activate ${generation} before you drop it`,
      )
    generations.first = Math.max(generations.first, generation)
    for (const number of rows.keys()) if (number < generation) rows.delete(number)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#groups.clear()
  }

  /** Number of stored rows, with those that have expired and were not swept yet. */
  get size(): number {
    const keys = [...this.#groups.values()].flatMap(({ rows }) => [...rows.values()])
    return keys.flatMap(each => [...each.values()]).reduce((sum, parts) => sum + parts.size, 0)
  }

  #put(row: OnlineRow, now: number): void {
    if (row.expires !== undefined && row.expires <= now) return
    const { first, rows } = this.#generationsOf(row.group)
    if (row.generation < first) return
    const keys = entryOf(rows, row.generation, () => new Map<string, Parts>())
    const parts = entryOf(keys, row.key, () => new Map<string, OnlineRow>())
    const stored = parts.get(row.part)
    if (!stored || row.version > stored.version) parts.set(row.part, { ...row, values: { ...row.values } })
  }

  #generationsOf(group: string): Generations {
    return entryOf(this.#groups, group, () => ({ rows: new Map(), active: undefined, first: 0 }))
  }

  #sweepKeys(count: number): void {
    for (let swept = 0; swept < count; swept++) {
      this.#sweep ??= this.#sweeping()
      if (!this.#sweep.next().done) continue
      this.#sweep = undefined
      return
    }
  }

  /** Visits all keys, one a step. Deleting from a map while it is iterated is safe. */
  *#sweeping(): Generator<void> {
    for (const { rows } of this.#groups.values())
      for (const keys of rows.values())
        for (const [key, parts] of keys) {
          deleteExpired(keys, key, parts, this.#clock())
          yield
        }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new SpillwayError('SPILL_STORE', 'the online store was closed')
  }
}

function deleteExpired(keys: Map<string, Parts>, key: string, parts: Parts, now: number): void {
  for (const [part, { expires = Infinity }] of parts) if (expires <= now) parts.delete(part)
  if (parts.size === 0) keys.delete(key)
}

function entryOf<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const entry = map.get(key)
  if (entry !== undefined) return entry
  const added = make()
  map.set(key, added)
  return added
}
