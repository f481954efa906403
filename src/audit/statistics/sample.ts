/**
 * The rows of one block as a clustered sample: cluster columns, and the intersections of every set of them. Made once for all levels.
 *
 * Memory: 4 bytes a row for each cluster column and each set of two or more columns; 7 sets for two entities and time.
 */
import { assert, SpillwayError, limits } from '../../base/index.ts'
import type { ClusterColumn, RowRange, PropensityWeights } from '../domain/cases.ts'
import { renumberCodes, isNestedIn, intersectCodes, type ClusterCodes } from './cluster-codes.ts'

export interface ClusteredSample {
  /** The number of rows of the block. */
  readonly length: number
  /** The cluster columns in the given order, with the codes of the block alone. */
  readonly columns: readonly SampleColumn[]
  /**
   * The cells of the variance, computed on first use: every set of columns that are neither constant nor nested, the set of all columns
   * last; without columns, each row by itself.
   */
  readonly cells: readonly CellSet[]
  readonly t: Float64Array
  readonly rows: RowRange
  /** 1 where a decision is eligible, for all decisions; absent where all are. */
  readonly eligible?: Uint8Array | undefined
  /** The inverse-propensity weight of each row; absent without exploration. */
  readonly weight?: Float64Array | undefined
}

export interface SampleColumn extends ClusterCodes {
  readonly name: string
  /** Clusters of all decisions, including those outside the block. */
  readonly all: number
  /** For blocks of time: their length, ms, and the name of the shorter autocorrelated blocks that they replace. */
  readonly span?: number
  readonly insteadOf?: string
  /** Why the variance ignores the column: one cluster has all rows, or each cluster lies in one cluster of another column. */
  readonly redundant?: 'constant' | 'nested'
}

/**
 * Cells of rows that share a cluster in each column of a set. By inclusion and exclusion the variance adds sets of one column, subtracts
 * sets of two, adds sets of three …
 */
export interface CellSet extends ClusterCodes {
  /** Indices in `columns`; empty where each row is its own cell. */
  readonly over: readonly number[]
  readonly sign: 1 | -1
  /** True for blocks of time that replace shorter ones: the covariance of neighbouring blocks counts. */
  readonly isLengthened?: true
}

/** All decisions by row: `t`, UTC ms, and the cluster columns with `timeBlocks`. */
export interface ClusteredCases {
  readonly t: Float64Array
  readonly eligible?: Uint8Array | undefined
  readonly clusters: readonly ClusterColumn[]
  readonly propensityWeights?: Pick<PropensityWeights, 'weight'> | undefined
}

/**
 * The clustered sample of the block `rows`.
 *
 * @throws `SPILL_LIMIT` beyond CLUSTER_COLUMNS_MAX columns that are not nested
 */
export function clusteredSample({ t, eligible, clusters, propensityWeights }: ClusteredCases, rows: RowRange): ClusteredSample {
  return sampleBy(
    clusters.map(column => blockOf(column, rows)),
    { t, rows, eligible, weight: propensityWeights?.weight.subarray(rows.from, Math.max(rows.from, rows.to)) },
  )
}

/** The sample with longer blocks of time in place of one column, nested in the same columns as before. */
export function withLongerBlocks(sample: ClusteredSample, at: number, blocks: ClusterColumn): ClusteredSample {
  const { columns, rows } = sample
  const { insteadOf = columns[at].name } = columns[at]
  return sampleBy(
    columns.map((column, i) => (i === at ? { ...blockOf(blocks, rows), insteadOf } : column)),
    sample,
  )
}

function sampleBy(
  blockColumns: readonly SampleColumn[],
  { t, rows, eligible, weight }: Pick<ClusteredSample, 't' | 'rows' | 'eligible' | 'weight'>,
): ClusteredSample {
  const length = Math.max(0, rows.to - rows.from)
  const columns = withRedundancy(blockColumns)
  const dimensions = columns.flatMap(({ redundant }, i) => (redundant ? [] : [i]))
  if (dimensions.length > limits.CLUSTER_COLUMNS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `decisions are clustered by ${dimensions.length} columns (${dimensions.map(i => columns[i].name).join(', ')}); intervals support at most ${limits.CLUSTER_COLUMNS_MAX}: audit fewer groups at a time`,
    )
  let cells: CellSet[] | undefined
  return {
    length,
    columns,
    get cells() {
      return (cells ??= dimensions.length === 0 ? [singleRows(length)] : setsOf(columns, dimensions))
    },
    t,
    rows,
    eligible,
    weight,
  }
}

function blockOf({ name, of, count, span }: ClusterColumn, { from, to }: RowRange): SampleColumn {
  const codes = of.subarray(from, Math.max(from, to))
  assert(
    codes.every(code => code >= 0 && code < count),
    `clusters '${name}' have codes from 0 to ${count - 1}`,
  )
  return { name, all: count, ...renumberCodes(codes, count), ...(span !== undefined && { span }) }
}

/** Of two equal columns, which nest in each other, the first is used. */
function withRedundancy(columns: readonly SampleColumn[]): SampleColumn[] {
  const dimensions: SampleColumn[] = []
  return columns.map((column, i) => {
    if (column.count <= 1) return { ...column, redundant: 'constant' }
    const candidates = columns.filter(
      (other, j) => j !== i && other.count > 1 && (other.count < column.count || dimensions.includes(other)),
    )
    if (candidates.some(other => isNestedIn(column, other))) return { ...column, redundant: 'nested' }
    dimensions.push(column)
    return column
  })
}

function singleRows(length: number): CellSet {
  return { over: [], sign: 1, of: Int32Array.from({ length }, (_, row) => row), count: length }
}

/** All nonempty sets of dimensions, each built from one with a dimension less; sets of one dimension first. */
function setsOf(columns: readonly SampleColumn[], dimensions: readonly number[]): CellSet[] {
  const sets: CellSet[] = []
  for (const last of dimensions) {
    const { of, count, insteadOf } = columns[last]
    const alone: CellSet = { over: [last], sign: 1, of, count, ...(insteadOf !== undefined && { isLengthened: true }) }
    const joint = sets.map((set): CellSet => ({ over: [...set.over, last], sign: set.sign === 1 ? -1 : 1, ...intersectCodes(set, alone) }))
    sets.push(alone, ...joint)
  }
  return sets.sort((a, b) => a.over.length - b.over.length)
}
