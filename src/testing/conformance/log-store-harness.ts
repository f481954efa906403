/** The harness of `testLogStore`: places for data, and stores opened over them. */
import assert from 'node:assert/strict'
import type { LogStore, StoredLog } from '../../log/index.ts'
import type { ContractClause } from './clauses.ts'
import { inTime } from './in-time.ts'

/** Makes the places in which the suite opens stores. */
export interface LogStoreHarness {
  /** Makes an empty place; each clause makes its own. */
  readonly create: () => StorePlace | Promise<StorePlace>
  /** Time within which a clause must end, ms. Default 30,000. */
  readonly timeoutMs?: number
}

/** A place for the data of one store: a folder, a database, an array. */
export interface StorePlace {
  /** Opens a store over the data that are there; the suite closes it. Called again after `close`. */
  readonly open: () => LogStore | Promise<LogStore>
  /** Opens a reader beside an open store, as another process would. Without it the clauses about readers are not checked. */
  readonly read?: () => StoreReader | Promise<StoreReader>
  /** The place as a crash at this moment would leave it. Without it the clauses about crashes are not checked. */
  readonly crash?: () => StorePlace | Promise<StorePlace>
  /** Opens a store that runs out of room after some megabytes. Without it the clause about a full disk is not checked. */
  readonly openFull?: () => LogStore | Promise<LogStore>
}

/** A reader of a store. */
export type StoreReader = StoredLog & { close?(): void }

/** A clause whose check must end in time. */
export const logClause = (clause: string, check: (harness: LogStoreHarness) => Promise<void>): ContractClause<LogStoreHarness> => ({
  clause,
  check: harness => inTime(() => check(harness), harness.timeoutMs),
})

/** Opens a store at a new place, and closes it whatever the check finds. */
export async function inNewStore(harness: LogStoreHarness, check: (store: LogStore, place: StorePlace) => Promise<void>): Promise<void> {
  const place = await harness.create()
  await inStore(place, store => check(store, place))
}

/** Opens a store at a place, and closes it whatever the check finds. */
export async function inStore<T>(place: StorePlace, check: (store: LogStore) => T | Promise<T>): Promise<T> {
  const store = await place.open()
  try {
    return await check(store)
  } finally {
    await store.close()
  }
}

/** The error of a promise that must reject with `SPILL_STORE`. */
export async function storeErrorOf(promise: Promise<void>, what: string): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(outcome !== undefined, `${what} did not fail`)
  const { code, message } = outcome as { code?: unknown; message?: unknown }
  assert.equal(code, 'SPILL_STORE', `${what} failed with ${String(message)}, not with a SpillwayError of code SPILL_STORE`)
  return outcome as Error
}
