/** Feature columns of a group read from prefix sums, bit-equal to a replay. */
import type { StrictOmit } from '../../../base/index.ts'
import type { FeatureColumn } from '../../../aggregate/index.ts'
import type { FeatureIR } from '../../../define/ir/index.ts'
import type { GroupRead } from '../../../decision/index.ts'
import { featureColumns, rejectIncomplete, type PlacedReads } from '../../../kernel/index.ts'
import { placeGroupRead, type ReplayLog, perDecision, type ReplayPoints } from '../../../replay/index.ts'
import { lastResults } from '../../domain/caches.ts'
import { sharedZeros } from '../timeline/feature-columns.ts'
import { wholeRange, type DecisionRows } from '../timeline/timeline.ts'
import { SumReads, type SumQueries } from './sum-reads.ts'
import type { SummedGroup, SummedGroups } from './summed-groups.ts'

/** The column of each feature; `undefined` where a replay must compute it. */
export function summedColumns(
  read: GroupRead,
  rows: DecisionRows,
  log: ReplayLog,
  groups: SummedGroups,
): readonly (FeatureColumn | undefined)[] {
  const columns = SummedColumns.of(read, rows, log, groups)
  const out = featureColumns(read.group, 0, false).map((shape, index) =>
    columns?.featureIndices.has(index) ? sharedZeros(shape, rows.length) : undefined,
  )
  columns?.next(rows.length, out)
  return out
}

/** A read's columns from prefix sums, the next rows at each call. */
export class SummedColumns {
  /** The indices of the group's features that prefix sums give. */
  readonly featureIndices: ReadonlySet<number>
  readonly #features: readonly FeatureIR[]
  readonly #queries: SumQueries
  readonly #reads: SumReads
  readonly #forgotten: number
  #row = 0

  /** `undefined` where prefix sums give no feature. */
  static of(read: GroupRead, rows: DecisionRows, log: ReplayLog, groups: SummedGroups): SummedColumns | undefined {
    const { source } = log.histories.get(read.group.source)!
    const { block, isInOrder, queries } = queriesOf(read, rows, log)
    const summed = groups.getOrBuild(read.group, source, block, log.strings)
    if (summed.units.length === 0 || !isInOrder) return undefined
    return new SummedColumns(read, summed, { ...queries, slots: groups.querySlots(summed, read.key, rows) }, log.forgotten)
  }

  private constructor({ group }: GroupRead, summed: SummedGroup, queries: SumQueries, forgotten: number) {
    this.featureIndices = new Set(summed.units.flatMap(({ unit }) => unit.readers.map(({ index }) => index)))
    this.#features = group.features
    this.#queries = queries
    this.#reads = new SumReads(summed, queries)
    this.#forgotten = forgotten
  }

  /** Writes the next `rows` rows into new columns, from their first row. Cells that are NULL or rejected stay unwritten. */
  next(rows: number, out: readonly (FeatureColumn | undefined)[]): void {
    this.#reads.next(rows, out as readonly FeatureColumn[])
    const [from, indices] = [this.#row, [...this.featureIndices]]
    this.#row += rows
    if (this.#forgotten > -Infinity)
      rejectIncomplete(
        indices.map(index => this.#features[index]),
        indices.map(index => out[index]!),
        this.#queries.asOf.subarray(from, from + rows),
        this.#forgotten,
      )
  }
}

/** The queries of the rows to a group in one placement, for any key. */
interface GroupQueries extends Pick<PlacedReads, 'block'> {
  readonly isInOrder: boolean
  readonly queries: StrictOmit<SumQueries, 'slots'>
}

/** By moments: a group is read at several keys in turn. */
const lastQueries = lastResults<ReplayPoints, GroupQueries>()

function queriesOf(read: GroupRead, rows: DecisionRows, log: ReplayLog): GroupQueries {
  const { moments, moment } = rows
  const { name, source, place } = read.group
  return lastQueries(moments, [JSON.stringify([name, source, place]), log, moment], () => {
    const placed = placeGroupRead(read, moments, log)
    const range = wholeRange(rows)
    const upto = perDecision(placed.upto, range)
    const uptoBefore = placed.uptoBefore === placed.upto ? upto : perDecision(placed.uptoBefore, range)
    const queries = { length: rows.length, asOf: perDecision(placed.asOf, range), upto, uptoBefore }
    return { block: placed.block, isInOrder: isInOrder(placed), queries }
  })
}

/** True if no query is below an as-of time already reached, which a kernel rejects. */
function isInOrder({ block, watermark, upto, asOf }: PlacedReads): boolean {
  const watermarks = watermark === 'time' ? block.time : block.arrival
  let [visible, reached] = [0, -Infinity]
  for (let moment = 0; moment < asOf.length; moment++) {
    if (upto[moment] < visible || asOf[moment] < reached) return false
    visible = upto[moment]!
    reached = asOf[moment]!
    if (visible > 0 && watermarks[visible - 1] > reached) return false
  }
  return true
}
