/**
 * Reads the current features of keys beside the decisions of a run, from the same state.
 *
 * A read moves the clock of its key, and no later read may be below that clock. So a read uses a time that no later decision is below: now,
 * if nothing waits and no tick is due; otherwise the time of the last decision. Later entries are stamped at least that time.
 */
import type { FeatureColumn } from '../../aggregate/index.ts'
import { SpillwayError, didYouMean } from '../../base/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'
import { featureValues, type FeatureValue } from '../../decision/index.ts'
import type { GroupIR, PipelineIR, SourceIR } from '../../define/ir/index.ts'
import { featureColumns } from '../../kernel/index.ts'
import { keyReader } from './key-text.ts'
import { BatchGroup } from './batch-group.ts'
import { HybridGroup } from './hybrid-group.ts'
import type { QueryableGroup, GroupAnswers } from './live-group.ts'

/** A request for the features of one key. */
export interface FeatureQuery {
  readonly group: string
  /** A text for each key column. */
  readonly key: readonly string[]
}

/** Provenance of served features. */
export interface FeatureProvenance {
  readonly group: string
  readonly key: Readonly<Record<string, string>>
  /** The requested time, UTC ms. */
  readonly t: number
  /** The as-of time of the values under the placement, UTC ms; NULL before the first run of a schedule. */
  readonly clock: number | null
  /** Number of visible events of the source: the first so many of the log. */
  readonly known: number
  /** The layer of the values: events (`stream`), a batch result (`batch`), or a batch snapshot with the later events (`merged`). */
  readonly layer: 'stream' | 'batch' | 'merged'
  /** The snapshot of merged layers: its run, its time, UTC ms, and its age. */
  readonly snapshot?: { readonly run: number; readonly s: number; readonly ageMs: number }
  /** Age of the values, ms; NULL without an as-of time. */
  readonly ageMs: number | null
  /** The reason why the values, or one of their layers, are older than the placement says. */
  readonly degraded?: string
}

/** Features of one key with their provenance. */
export interface ServedFeatures extends FeatureProvenance {
  readonly features: Readonly<Record<string, FeatureValue>>
}

/** Features of one key as columns of the kernel, valid during the callback only: the next read overwrites them. */
export interface ServedFeatureRow {
  readonly of: FeatureProvenance
  readonly group: GroupIR
  /** One column for each feature. */
  readonly columns: readonly FeatureColumn[]
  readonly row: number
  readonly strings: Strings
}

const featuresOf = ({ of, group, columns, row, strings }: ServedFeatureRow): ServedFeatures => ({
  ...of,
  features: featureValues(group.features, columns, row, strings),
})

export interface FeatureReaderOptions {
  readonly ir: PipelineIR
  readonly strings: Strings
  readonly groups: readonly QueryableGroup[]
  /** The wall clock or the last arrival, whichever is later, UTC ms. */
  readonly now: () => number
  /** Time of the next tick, UTC ms; it may be due. */
  readonly nextTick: () => number
  /** Time of the last decision, UTC ms, if entries wait to be decided. */
  readonly behind: () => number | undefined
}

interface ReadableGroup {
  readonly live: QueryableGroup
  /** Parsers of the key columns. */
  readonly parts: readonly ((text: string) => number)[]
  readonly isText: readonly boolean[]
  /** Output columns for one row. */
  readonly into: FeatureColumn[]
}

export class FeatureReader {
  readonly #options: FeatureReaderOptions
  readonly #groups: ReadonlyMap<string, ReadableGroup>
  #readAt = -Infinity

  constructor(options: FeatureReaderOptions) {
    const { ir, groups, strings } = options
    this.#options = options
    this.#groups = new Map(
      groups.map(live => {
        const source = ir.sources.find(({ name }) => name === live.group.source)!
        return [live.group.name, readOf(live, source, strings)]
      }),
    )
  }

  /** Later entries are stamped at least this, UTC ms. */
  get readAt(): number {
    return this.#readAt
  }

  /** Restores the time up to which the saved state was read. */
  restoreReadAt(at: number): void {
    this.#readAt = Math.max(this.#readAt, at)
  }

  /**
   * Reads features: one answer for each query, made by `make`, all as of one time and one sequence number. Throws `SPILL_NOT_FOUND` for an
   * unknown group, `SPILL_KEY` for a key of other columns or types.
   */
  read<T = ServedFeatures>(
    queries: readonly FeatureQuery[],
    make: (row: ServedFeatureRow) => T = featuresOf as (row: ServedFeatureRow) => T,
  ): T[] {
    const resolved = queries.map(query => this.#resolve(query))
    const now = Math.max(this.#options.now(), this.#readAt)
    const behind = this.#options.behind()
    // Waiting entries were appended after every read, so their times are not below those.
    const clock = behind === undefined ? Math.min(now, this.#options.nextTick()) : Math.max(behind, this.#readAt)
    this.#readAt = clock
    const answers = new Map<ReadableGroup, { readonly answers: GroupAnswers; next: number }>()
    for (const read of new Set(resolved.map(({ read }) => read)))
      answers.set(read, {
        answers: queryGroup(
          read,
          resolved.filter(query => query.read === read).map(({ values }) => values),
          clock,
        ),
        next: 0,
      })
    const { strings } = this.#options
    return resolved.map(({ read, key }) => {
      const batch = answers.get(read)!
      const row = batch.next++
      const { group } = read.live
      return make({
        of: momentOf(read.live, key, batch.answers, row, now, behind !== undefined),
        group,
        columns: batch.answers.out,
        row,
        strings,
      })
    })
  }

  #resolve({ group, key }: FeatureQuery): { read: ReadableGroup; key: readonly string[]; values: number[] } {
    const read = this.#groups.get(group)
    if (!read) throw new SpillwayError('SPILL_NOT_FOUND', `there is no group '${group}'${didYouMean(group, [...this.#groups.keys()])}`)
    const { parts, live } = read
    if (key.length !== parts.length) throw new SpillwayError('SPILL_KEY', `group '${group}' is keyed by ${live.group.key.join(', ')}`)
    return { read, key, values: parts.map((valueOf, i) => valueOf(key[i])) }
  }
}

function readOf(live: QueryableGroup, { columns }: SourceIR, strings: Strings): ReadableGroup {
  const { group } = live
  const keys = group.key.map(name => columns.find(column => column.name === name)!)
  return {
    live,
    // A text that no event has is no key: −1, and it is not added.
    parts: keys.map(column => keyReader(column, text => strings.find(text))),
    isText: keys.map(({ type }) => type === 'string'),
    into: featureColumns(group, 1, false),
  }
}

function queryGroup({ live, isText, into }: ReadableGroup, keys: readonly (readonly number[])[], t: number): GroupAnswers {
  const keyColumns = isText.map((text, part): ColumnData => {
    const values = keys.map(key => key[part])
    return text
      ? { values: Int32Array.from(values), nulls: Uint8Array.from(values, id => (id < 0 ? 1 : 0)) }
      : { values: Float64Array.from(values) }
  })
  const { length } = keys
  const groupQuery = {
    keys: keyColumns,
    prefix: new Int32Array(length),
    clock: new Float64Array(length).fill(t),
    own: false,
    ...(length === 1 && { into }),
  }
  const [answers] = live.applyAndQuery(undefined, [groupQuery], t)
  return answers
}

function momentOf(
  live: QueryableGroup,
  key: readonly string[],
  { known, clock }: GroupAnswers,
  row: number,
  t: number,
  isBehind: boolean,
): FeatureProvenance {
  const { group } = live
  const missingRun = live instanceof BatchGroup ? live.missingAt(t) : undefined
  const degraded = live instanceof HybridGroup ? live.degradedAt(t) : undefined
  const snapshot = live instanceof HybridGroup ? live.snapshot : undefined
  const at = Number.isFinite(clock[row]) ? clock[row] : null
  return {
    group: group.name,
    key: Object.fromEntries(group.key.map((name, i) => [name, key[i]])),
    t,
    clock: at,
    known: known[row],
    layer: live instanceof BatchGroup ? 'batch' : snapshot ? 'merged' : 'stream',
    ...(snapshot && { snapshot: { run: snapshot.run, s: snapshot.s, ageMs: t - snapshot.s } }),
    ageMs: at === null ? null : t - at,
    ...(missingRun !== undefined && { degraded: `the batch run of ${new Date(missingRun).toISOString()} is not there yet` }),
    ...(degraded !== undefined && { degraded }),
    ...(isBehind && { degraded: 'decisions of that moment are being made' }),
  }
}
