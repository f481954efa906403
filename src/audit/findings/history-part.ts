/** History part of a report: length, decisions and labels. */
import { createHash } from 'node:crypto'
import type { ReplayLog } from '../../replay/index.ts'
import { effectiveSampleSizes } from '../statistics/effective-sample-size.ts'
import type { ClusteredSample } from '../statistics/sample.ts'
import type { Cases, RowRange } from '../domain/cases.ts'
import type { BlockPart, HistoryPart } from '../domain/audit-report.ts'
import { WEEK_MS } from '../value/index.ts'

/** Builds the history part. */
export function historyPart(cases: Cases, log: ReplayLog, sample: ClusteredSample): HistoryPart {
  const { t, length, label, known, eligible, blocks, censored, undone, propensityWeights } = cases
  let [labelled, positive, notEligible] = [0, 0, 0]
  for (let row = 0; row < length; row++) {
    labelled += known[row]
    positive += label[row]
    if (eligible[row] === 0) notEligible++
  }
  const unknown = length - labelled - notEligible
  const blockOf = ({ from, to }: RowRange): BlockPart => ({ decisions: to - from, from: t[from], until: t[to - 1] })
  return {
    from: t[0],
    until: t[length - 1],
    weeks: (t[length - 1] - t[0]) / WEEK_MS,
    events: log.length,
    decisions: length,
    labelled,
    positive,
    notEligible,
    unknown,
    censored: Math.round(censored * unknown),
    ...(undone && { undone: { ...undone, isUsed: propensityWeights !== undefined } }),
    blocks: { train: blockOf(blocks.train), tune: blockOf(blocks.tune), select: blockOf(blocks.select), report: blockOf(blocks.report) },
    clusters: effectiveSampleSizes(sample, { unknown: new Uint8Array(sample.length) }),
  }
}

/** SHA-256 of the times and the scores of all decisions, in order: identifies the decisions. */
export function decisionsHash(t: Float64Array, score: Float64Array): string {
  const hash = createHash('sha256')
  for (const column of [t, score]) hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
  return hash.digest('hex')
}
