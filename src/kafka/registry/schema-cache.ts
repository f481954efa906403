/**
 * Schemas of a registry by id, each compiled once.
 *
 * One request for an id at a time, and REGISTRY_REQUESTS_MAX in all. While the registry cannot be reached, callers wait: the source reads
 * no further, so that no record is rejected for an outage. A schema of an id never changes; the cache checks that after an outage, since a
 * registry that was restored from an old backup may give an id to another schema.
 */
import { createHash } from 'node:crypto'
import { limits, pause, SpillwayError, stopwatch } from '../../base/index.ts'
import { MalformedValue } from '../records/malformed-value.ts'
import { type RegisteredSchema, type RegistryClient, RegistryUnavailable } from './registry-client.ts'

export interface SchemaCacheOptions<T> {
  readonly client: Pick<RegistryClient, 'schema' | 'place'>
  /** Makes a schema usable. An error says why it is not, and rejects its records. */
  readonly compile: (schema: RegisteredSchema) => T
  readonly onWarning: (warning: string) => void
}

/** The compiled schema, or the reason why records with its id are rejected. */
export type SchemaEntry<T> = { readonly schema: T } | { readonly problem: string }

interface CachedEntry<T> {
  readonly entry: SchemaEntry<T>
  readonly outages: number
  /** Monotonic ms after which an unknown id is looked up again. */
  readonly until: number
}

const FIRST_PAUSE_MS = 100

export class SchemaCache<T> {
  readonly #options: SchemaCacheOptions<T>
  /** In the order of use; the first is removed first. */
  readonly #entries = new Map<number, CachedEntry<T>>()
  readonly #fingerprints = new Map<number, string>()
  readonly #pending = new Map<number, Promise<SchemaEntry<T>>>()
  readonly #closing = new AbortController()
  /** Outages that have ended. */
  #outages = 0
  #isAway = false

  constructor(options: SchemaCacheOptions<T>) {
    this.#options = options
  }

  /**
   * The entries of ids. Waits while the registry cannot be reached, until the signal is aborted: then it throws the signal's reason.
   *
   * @throws `SPILL_SOURCE` if the registry gives another schema for an id than before, or rejects the credentials.
   */
  async load(ids: ReadonlySet<number>, signal: AbortSignal): Promise<ReadonlyMap<number, SchemaEntry<T>>> {
    const entries = new Map<number, SchemaEntry<T>>()
    const remaining = [...ids].reverse()
    const work = async (): Promise<void> => {
      for (let id = remaining.pop(); id !== undefined; id = remaining.pop())
        entries.set(id, this.#cached(id) ?? (await this.#requested(id)))
    }
    await untilAborted(Promise.all(Array.from({ length: limits.REGISTRY_REQUESTS_MAX }, work)), signal)
    return entries
  }

  /** Ends all requests; `load` rejects afterwards. */
  close(): void {
    this.#closing.abort()
  }

  #cached(id: number): SchemaEntry<T> | undefined {
    const known = this.#entries.get(id)
    if (!known || known.outages < this.#outages || stopwatch() >= known.until) return undefined
    this.#entries.delete(id)
    this.#entries.set(id, known)
    return known.entry
  }

  #requested(id: number): Promise<SchemaEntry<T>> {
    const pending = this.#pending.get(id)
    if (pending) return pending
    const request = this.#request(id).finally(() => this.#pending.delete(id))
    this.#pending.set(id, request)
    return request
  }

  async #request(id: number): Promise<SchemaEntry<T>> {
    const { client, onWarning } = this.#options
    const { signal } = this.#closing
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, limits.REGISTRY_RETRY_MS_MAX)) {
      try {
        const schema = await client.schema(id, signal)
        if (this.#isAway) onWarning(`schema registry ${client.place} is reachable again`)
        if (this.#isAway) this.#outages++
        this.#isAway = false
        return this.#keep(id, schema)
      } catch (error) {
        if (!(error instanceof RegistryUnavailable)) throw error
        if (!this.#isAway) onWarning(`schema registry ${client.place} cannot be reached; waiting for it: ${error.message}`)
        this.#isAway = true
      }
      await pause(pauseMs, signal)
      signal.throwIfAborted()
    }
  }

  #keep(id: number, schema: RegisteredSchema | undefined): SchemaEntry<T> {
    if (schema) this.#checkUnchanged(id, schema)
    const before = this.#entries.get(id)
    // A registry that has lost a schema does not make it wrong.
    const isLost = !schema && before?.until === Infinity
    const entry = isLost ? before.entry : schema ? this.#compiled(id, schema) : this.#unknown(id)
    const until = schema || isLost ? Infinity : stopwatch() + limits.REGISTRY_UNKNOWN_MS
    bounded(this.#entries, limits.REGISTRY_SCHEMAS_MAX).set(id, { entry, outages: this.#outages, until })
    return entry
  }

  #unknown(id: number): SchemaEntry<T> {
    return { problem: `the schema registry ${this.#options.client.place} has no schema ${id}` }
  }

  #compiled(id: number, schema: RegisteredSchema): SchemaEntry<T> {
    try {
      return { schema: this.#options.compile(schema) }
    } catch (error) {
      if (error instanceof SpillwayError || error instanceof MalformedValue) return { problem: `schema ${id}: ${error.message}` }
      throw error
    }
  }

  #checkUnchanged(id: number, schema: RegisteredSchema): void {
    const fingerprint = fingerprintOf(schema)
    const before = this.#fingerprints.get(id)
    if (before !== undefined && before !== fingerprint)
      throw new SpillwayError(
        'SPILL_SOURCE',
        `the schema registry gives another schema for id ${id} than before. An id never changes its schema, so records could be misread: ` +
          'was the registry replaced, or restored from an old backup?',
        { place: this.#options.client.place },
      )
    this.#fingerprints.delete(id)
    bounded(this.#fingerprints, limits.REGISTRY_IDS_MAX).set(id, fingerprint)
  }
}

/** Makes room for one more entry. */
function bounded<K, V>(map: Map<K, V>, most: number): Map<K, V> {
  if (map.size >= most) for (const first of map.keys()) return (map.delete(first), map)
  return map
}

/** Hash of a schema. White space counts for nothing: a newer registry may format a text differently. */
function fingerprintOf({ type, text }: RegisteredSchema): string {
  let plain = text.replaceAll(/\s+/g, ' ').trim()
  if (type !== 'PROTOBUF')
    try {
      plain = JSON.stringify(JSON.parse(text))
    } catch {
      // A text that is no JSON cannot be compiled either, and is compared as it is.
    }
  return createHash('sha256').update(`${type}\n${plain}`).digest('base64')
}

/** The result of `promise`, or a rejection with the signal's reason as soon as it is aborted. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
    promise.catch(() => {})
    aborted.catch(() => {})
  }
}
