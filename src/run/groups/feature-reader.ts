/**
 * Reads the current features of keys beside the decisions of a run, from the same state.
 *
 * A read moves the watermark of its key, and no later read may be below that. So a read uses a time that no later decision is below: now,
 * if nothing waits and no tick is due; otherwise the time of the last decision. Later entries are stamped at least that time.
 */
import type { FeatureColumn } from '../../aggregate/index.ts'
import { definitionOf, SpillwayError, didYouMean, limits } from '../../base/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'
import { featureValues, type FeatureValue } from '../../decision/index.ts'
import type { ColumnIR, GroupIR } from '../../define/ir/index.ts'
import { fieldReader } from '../../intake/index.ts'
import { featureColumns } from '../../kernel/index.ts'
import type { QueryableGroup, GroupAnswers, ValueOrigin } from './live-group.ts'

/** A request for the features of one key. */
export interface FeatureQuery {
  readonly group: string
  /** A text for each key column. */
  readonly key: readonly string[]
}

/** Provenance of served features. */
export interface FeatureProvenance extends ValueOrigin {
  readonly group: string
  readonly key: Readonly<Record<string, string>>
  /** The requested time, UTC ms. */
  readonly t: number
  /** The as-of time of the values under the placement, UTC ms; NULL before the first run of a schedule. */
  readonly asOf: number | null
  /** Number of visible events of the source: the first so many of the log. */
  readonly visibleEvents: number
  /** Age of the values, ms; NULL without an as-of time. */
  readonly ageMs: number | null
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
  readonly group: QueryableGroup
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
    const { groups, strings } = options
    this.#options = options
    this.#groups = new Map(groups.map(group => [group.group.name, readableGroup(group, strings)]))
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
    const t = behind === undefined ? Math.min(now, this.#options.nextTick()) : Math.max(behind, this.#readAt)
    this.#readAt = t
    const answers = new Map<ReadableGroup, { readonly answers: GroupAnswers; next: number }>()
    for (const [readable, ofGroup] of Map.groupBy(resolved, query => query.readable)) {
      const keys = ofGroup.map(({ values }) => values)
      answers.set(readable, { answers: queryGroup(readable, keys, t), next: 0 })
    }
    const { strings } = this.#options
    return resolved.map(({ readable, key }) => {
      const batch = answers.get(readable)!
      const row = batch.next++
      const { group } = readable.group
      const of = provenanceOf(readable.group, key, batch.answers, row, now, behind !== undefined)
      return make({ of, group, columns: batch.answers.out, row, strings })
    })
  }

  #resolve({ group, key }: FeatureQuery): { readable: ReadableGroup; key: readonly string[]; values: number[] } {
    const readable = this.#groups.get(group)
    if (!readable) throw new SpillwayError('SPILL_NOT_FOUND', `there is no group '${group}'${didYouMean(group, [...this.#groups.keys()])}`)
    const { parts } = readable
    if (key.length !== parts.length)
      throw new SpillwayError('SPILL_KEY', `group '${group}' is keyed by ${readable.group.group.key.join(', ')}`)
    return { readable, key, values: parts.map((valueOf, i) => valueOf(key[i])) }
  }
}

function readableGroup(group: QueryableGroup, strings: Strings): ReadableGroup {
  const { columns } = group.source
  const keys = group.group.key.map(name => definitionOf(columns, name))
  return {
    group,
    // A text that no event has is no key: −1, and it is not added.
    parts: keys.map(column => keyReader(column, text => strings.find(text))),
    isText: keys.map(({ type }) => type === 'string'),
    into: featureColumns(group.group, 1, false),
  }
}

function queryGroup({ group, isText, into }: ReadableGroup, keys: readonly (readonly number[])[], t: number): GroupAnswers {
  const keyColumns = isText.map((text, part): ColumnData => {
    const values = keys.map(key => key[part])
    return text
      ? { values: Int32Array.from(values), nulls: Uint8Array.from(values, id => (id < 0 ? 1 : 0)) }
      : { values: Float64Array.from(values) }
  })
  const { length } = keys
  const times = new Float64Array(length).fill(t)
  const query = { keys: keyColumns, prefix: new Int32Array(length), times, own: false, ...(length === 1 && { into }) }
  const [answers] = group.applyAndQuery(undefined, [query], t)
  return answers
}

function provenanceOf(
  group: QueryableGroup,
  key: readonly string[],
  { visibleCount, asOf }: GroupAnswers,
  row: number,
  t: number,
  isBehind: boolean,
): FeatureProvenance {
  const { name, key: columns } = group.group
  const at = Number.isFinite(asOf[row]) ? asOf[row] : null
  const { layer, snapshot, degraded } = group.originAt(t)
  return {
    group: name,
    key: Object.fromEntries(columns.map((column, i) => [column, key[i]])),
    t,
    asOf: at,
    visibleEvents: visibleCount[row],
    layer,
    ...(snapshot && { snapshot }),
    ageMs: at === null ? null : t - at,
    ...(degraded !== undefined && { degraded }),
    ...(isBehind && { degraded: 'decisions of that moment are being made' }),
  }
}

/**
 * A parser for a key column as people and URLs write keys: text to physical value, exactly. It allows any length, since a logged event may
 * precede the bounds of its source. The parser throws `SPILL_KEY` for a text of another type.
 */
export function keyReader({ name, type, scale, zone }: ColumnIR, idOf: (text: string) => number): (text: string) => number {
  const column: ColumnIR = {
    name,
    type,
    nullable: false,
    maxBytes: limits.LINE_BYTES_MAX,
    ...(scale !== undefined && { scale }),
    ...(zone !== undefined && { zone }),
  }
  const read = fieldReader(column, { text: true, zoneless: false })
  return text => {
    const value = read(text)
    if (typeof value === 'object') throw new SpillwayError('SPILL_KEY', `no key: ${value.detail}`)
    return typeof value === 'string' ? idOf(value) : value
  }
}
