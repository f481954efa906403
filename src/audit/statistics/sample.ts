/**
 * The rows of one block as the statistics see them: by which clusters they share luck, alone and together. Made once; every alternative is measured on it.
 *
 * Memory: 4 bytes a row for each cluster column and for each set of two and more of them, 7 sets for two entities and time.
 */
import { assert } from '../../base/assert.ts'
import { SpillwayError } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { ClusterColumn, RowRange, Standing } from '../domain/cases.ts'
import { compacted, isWithin, joined, type Codes } from './joint-interval.ts'

export interface Sample {
  /** The block's rows, from 0. */
  readonly length: number
  /** As they were given, by name, the codes of the block alone. */
  readonly columns: readonly SampleColumn[]
  /** Made when they are asked for. What the variance is taken over: the columns that are neither constant nor within another, and every set of them; without any, each row by itself. */
  readonly cells: readonly CellSet[]
  readonly t: Float64Array
  readonly rows: RowRange
  /** Of all decisions, 1 where one is eligible; absent where all are. */
  readonly eligible?: Uint8Array
  /** Of each row, how many it stands for (`Standing.weight`); absent where each stands for itself. */
  readonly weight?: Float64Array
}

export interface SampleColumn extends Codes {
  readonly name: string
  /** Clusters of all decisions, those outside of the block included. */
  readonly all: number
  /** Of blocks of time: how long each is, ms; and the name of shorter ones that they were taken instead of, since those erred together. */
  readonly span?: number
  readonly insteadOf?: string
  /** Why it is none of the variance's dimensions: one cluster has all rows, or each of its clusters lies in one cluster of another column, which then says what it would. */
  readonly redundant?: 'constant' | 'nested'
}

/** Rows that share a cluster in each column of a set. The variance adds those of one column, takes off those of two, adds those of three … */
export interface CellSet extends Codes {
  /** Positions in `columns`; empty where each row is its own cell. */
  readonly over: readonly number[]
  readonly sign: 1 | -1
  /** Blocks of time that were taken instead of shorter ones: what neighbours still share is counted. */
  readonly goesOn?: true
}

/** All decisions, by row: `t`, UTC ms, and entities beside `timeBlocks`. */
export interface SampledCases {
  readonly t: Float64Array
  readonly eligible?: Uint8Array | undefined
  readonly clusters: readonly ClusterColumn[]
  readonly standing?: Pick<Standing, 'weight'> | undefined
}

/** `rows` says which of all decisions the block is. Throws `SPILL_LIMIT` beyond CLUSTER_COLUMNS_MAX columns that are no part of one another. */
export function sampleOf({ t, eligible, clusters, standing }: SampledCases, rows: RowRange): Sample {
  return sampleBy(
    clusters.map(column => blockOf(column, rows)),
    {
      t,
      rows,
      ...(eligible && { eligible }),
      ...(standing && { weight: standing.weight.subarray(rows.from, Math.max(rows.from, rows.to)) }),
    },
  )
}

/** The same rows with longer blocks of time at one of the columns, in which whatever lay within the shorter ones lies too. */
export function withBlocks({ columns, t, rows, eligible, weight }: Sample, at: number, blocks: ClusterColumn): Sample {
  const { insteadOf = columns[at].name } = columns[at]
  const own = columns.map((column, i) => (i === at ? { ...blockOf(blocks, rows), insteadOf } : column))
  return sampleBy(own, { t, rows, ...(eligible && { eligible }), ...(weight && { weight }) })
}

function sampleBy(given: readonly SampleColumn[], of: Pick<Sample, 't' | 'rows' | 'eligible' | 'weight'>): Sample {
  const { rows } = of
  const length = Math.max(0, rows.to - rows.from)
  const columns = withRedundancy(given)
  const dimensions = columns.flatMap(({ redundant }, i) => (redundant ? [] : [i]))
  if (dimensions.length > limits.CLUSTER_COLUMNS_MAX)
    throw new SpillwayError(
      'SPILL_LIMIT',
      `decisions share luck by ${dimensions.length} columns (${dimensions.map(i => columns[i].name).join(', ')}); intervals take ${limits.CLUSTER_COLUMNS_MAX} at most: judge fewer groups at a time`,
    )
  let cells: CellSet[] | undefined
  return {
    length,
    columns,
    get cells() {
      return (cells ??= dimensions.length === 0 ? [singleRows(length)] : setsOf(columns, dimensions))
    },
    ...of,
  }
}

function blockOf({ name, of, count, span }: ClusterColumn, { from, to }: RowRange): SampleColumn {
  const codes = of.subarray(from, Math.max(from, to))
  assert(
    codes.every(code => code >= 0 && code < count),
    `clusters '${name}' have codes from 0 to ${count - 1}`,
  )
  return { name, all: count, ...compacted(codes, count), ...(span !== undefined && { span }) }
}

/** Of two columns that lie in one another, which are the same by other names, the first stays. */
function withRedundancy(columns: readonly SampleColumn[]): SampleColumn[] {
  const kept: SampleColumn[] = []
  return columns.map((column, i) => {
    if (column.count <= 1) return { ...column, redundant: 'constant' }
    const others = columns.filter((other, j) => j !== i && other.count > 1 && (other.count < column.count || kept.includes(other)))
    if (others.some(other => isWithin(column, other))) return { ...column, redundant: 'nested' }
    kept.push(column)
    return column
  })
}

function singleRows(length: number): CellSet {
  return { over: [], sign: 1, of: Int32Array.from({ length }, (_, row) => row), count: length }
}

/** All sets of dimensions but the empty one, each made of one that has a dimension less. Those of one dimension come first. */
function setsOf(columns: readonly SampleColumn[], dimensions: readonly number[]): CellSet[] {
  const sets: CellSet[] = []
  for (const last of dimensions) {
    const { of, count, insteadOf } = columns[last]
    const alone: CellSet = { over: [last], sign: 1, of, count, ...(insteadOf !== undefined && { goesOn: true }) }
    const further = sets.map((set): CellSet => ({ over: [...set.over, last], sign: set.sign === 1 ? -1 : 1, ...joined(set, alone) }))
    sets.push(alone, ...further)
  }
  return sets.sort((a, b) => a.over.length - b.over.length)
}
