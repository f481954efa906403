/** The harness of `testLogStore`: places for data, stores opened over them, and sample data. */
import assert from 'node:assert/strict'
import type {
  LogStore,
  StoredLog,
  DeadLetter,
  NewEffect,
  Commit,
  StoredDecisionBatch,
  StoredSegment,
  StoredStageTimes,
} from '../../log/index.ts'
import { clausesOver, inTime, type ClauseMaker } from './clauses.ts'

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

type LogClause<Subject extends readonly unknown[]> = ClauseMaker<LogStoreHarness, Subject>

/** A clause over places of its own, whose check must end in time. */
export const logClause: LogClause<[harness: LogStoreHarness]> = clausesOver((harness, check) =>
  inTime(Promise.resolve(check(harness)), harness.timeoutMs),
)

/** A clause over a new place. */
export const placeClause: LogClause<[place: StorePlace]> = (clause, check) =>
  logClause(clause, async harness => check(await harness.create()))

/** A clause over a store at a new place. */
export const storeClause: LogClause<[store: LogStore, place: StorePlace]> = (clause, check) =>
  placeClause(clause, place => inStore(place, store => check(store, place)))

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
export async function storeErrorOf(promise: Promise<void>, operation: string): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(outcome !== undefined, `${operation} did not fail`)
  const { code, message } = outcome as { code?: unknown; message?: unknown }
  assert.equal(code, 'SPILL_STORE', `${operation} failed with ${String(message)}, not with a SpillwayError of code SPILL_STORE`)
  return outcome as Error
}

/** Bytes that differ by number and length; the array is a view of a larger buffer, as encoders return it. */
export function sampleBytes(number: number, length = 40): Uint8Array {
  const bytes = new Uint8Array(length + 16).fill(0xaa)
  for (let i = 0; i < length; i++) bytes[i + 8] = (number * 31 + i * 7) % 256
  return bytes.subarray(8, length + 8)
}

/** Segment of `entries` entries from `first` on. */
export const sampleSegment = (first: number, entries: number): StoredSegment => ({
  first,
  entries,
  arrival: 1000 + first + entries,
  bytes: sampleBytes(first),
})

/** Decision batch. Its bytes are a buffer of their own: the store may take them over. */
export const sampleBatch = (model: string, first: number, last: number): StoredDecisionBatch => ({
  model,
  first,
  last,
  count: last - first + 1,
  bytes: sampleBytes(first + 100).slice(),
})

/** Block of stage times. */
export const sampleStages = (number: number, first: number, last: number): StoredStageTimes => ({
  number,
  first,
  last,
  bytes: sampleBytes(number + last),
})

/** Effect of action `page` and key `"k"`, triggered by entry 10 × its number. */
export const sampleEffect = (number: number, changes: Partial<NewEffect> = {}): NewEffect => ({
  number,
  action: 'page',
  id: `id ${number}`,
  entry: number * 10,
  key: '"k"',
  t: number * 1000,
  decidedAt: number * 1000 + 5,
  due: undefined,
  body: `{"n":${number},"text":"two\\nlines, ü, 試, 😀"}`,
  isDry: false,
  ...changes,
})

/** Dead letter of source `payments`. */
export const sampleDeadLetter = (raw: string | Uint8Array, changes: Partial<DeadLetter> = {}): DeadLetter => ({
  source: 'payments',
  reason: 'schema',
  detail: '"amount" must be a decimal',
  place: 'payments.ndjson:4',
  at: 7000,
  sequence: 3,
  raw,
  ...changes,
})

/** Commit number `n`, from 1: one entry, and one item in each part of the store. */
export const sampleCommit = (n: number): Commit => ({
  segment: sampleSegment(n - 1, 1),
  decisions: [sampleBatch('fraud', n - 1, n - 1)],
  effects: [sampleEffect(n, { entry: n - 1 })],
  stages: sampleStages(n, n - 1, n - 1),
  deadLetters: [sampleDeadLetter(`record ${n}`)],
  schemas: [{ source: 'payments', version: n, columns: [{ name: 'card', type: 'string', nullable: false }] }],
  put: [['n', String(n)]],
})

/** Number of the last of these commits in each part: all the same if every commit was written whole. */
export function lastCommitIn(store: StoredLog): Record<string, number> {
  const last = store.lastSegment()
  return {
    segments: last ? last.first + last.entries : 0,
    decisions: [...store.decisionsFrom('fraud', 0)].length,
    effects: store.effects.lastNumber(),
    'stage times': store.lastStageBlock(),
    'dead letters': [...store.deadLetters.dead()].length,
    schemas: store.schemas().length,
    'named values': Number(store.get('n') ?? 0),
  }
}

/** Everything that a store holds, as plain objects without undefined fields. */
export function contentOf(store: StoredLog): object {
  const segments: StoredSegment[] = []
  for (let next = store.segmentAt(0); next; next = store.segmentAt(next.first + next.entries)) segments.push(next)
  const stored: (object | undefined)[] = []
  for (let number = 1; number <= store.effects.lastNumber(); number++) stored.push(store.effects.byNumber(number))
  return plain({
    segments,
    schemas: store.schemas(),
    decisions: ['fraud', 'risk'].map(model => [...store.decisionsFrom(model, 0)].map(batchFields)),
    effects: stored,
    stages: [...store.newestStages()],
    dead: [...store.deadLetters.dead()],
    settled: [...store.deadLetters.settled()],
    values: store.named(''),
  }) as object
}

/** The fields of a stored batch; a store may add its own. */
export const batchFields = ({ model, first, last, count, bytes }: StoredDecisionBatch): StoredDecisionBatch => ({
  model,
  first,
  last,
  count,
  bytes,
})

/** A copy of plain objects, arrays and bytes, without undefined fields, for comparison. */
export function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return new Map([...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, field]) => (field === undefined ? [] : [[name, plain(field)]])))
}
