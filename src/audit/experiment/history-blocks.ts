/**
 * The blocks of a history: models are fitted on `train`, thresholds set on `tune`, plans chosen on `select` and evaluated on `report`.
 *
 * The split is by time. A block begins after the same share of the decisions for every model, and decisions of one time share a block. A
 * gap of the label's horizon precedes the next block, so that all labels of a block are settled by then. The last block ends where labels
 * are no longer settled.
 */
import { SpillwayError, durationText } from '../../base/index.ts'
import { lowerBound } from '../../columns/index.ts'
import type { Blocks, RowRange } from '../domain/cases.ts'

/** The share of the decisions before each block. */
const BLOCK_STARTS = { train: 0, tune: 0.4, select: 0.5, report: 0.75 } as const

type Name = keyof typeof BLOCK_STARTS

const names = Object.keys(BLOCK_STARTS) as Name[]

/**
 * The blocks of decisions at times `t`, UTC ms, ascending. `horizon` is the longest time from a decision to its label, ms; `until` the end
 * of the history, UTC ms.
 *
 * @throws `SPILL_HISTORY` for a history too short for any block
 */
export function historyBlocks(t: Float64Array, horizon: number, until: number): Blocks {
  if (t.length > 1 && t[0] === t[t.length - 1])
    throw new SpillwayError(
      'SPILL_HISTORY',
      `all ${t.length} decisions have the same time, ${new Date(t[0]).toISOString()}, so ages cannot be compared: check the time column of the source, or give a history in which time passes`,
    )
  const upTo = (time: number): number => lowerBound(t, time + 1)
  const starts = names.map(name => lowerBound(t, t[Math.floor(BLOCK_STARTS[name] * t.length)]))
  const ends = names.map((_, i) => (i + 1 < names.length ? upTo(t[starts[i + 1]] - horizon) : upTo(until - horizon)))
  const [train, tune, select, report] = names.map((name, i): RowRange => {
    if (ends[i] > starts[i]) return { from: starts[i], to: ends[i] }
    throw new SpillwayError(
      'SPILL_HISTORY',
      `of ${t.length} decisions within ${durationText(until - t[0])} none is left for the block '${name}', which ends ${durationText(horizon)}, the horizon of the label, before ${i + 1 < names.length ? 'the next' : 'the history'}: give a longer history`,
    )
  })
  return { train, tune, select, report, test: { from: select.from, to: report.to } }
}
