/**
 * Computes reports over a history: at each time of their schedule, or at given times, the rows of decisions about all active keys,
 * with every event visible that had arrived by then. They use the same feeds, placements and models as decisions.
 */
import { SpillwayError, limits } from '../base/index.ts'
import { reportModel, ReportRows, type ReportTable, type ScoringDefinitions } from '../decision/index.ts'
import type { ReportIR } from '../define/ir/index.ts'
import { scheduledTimes } from '../kernel/index.ts'
import { decideAt } from './decide.ts'
import type { ReplayLog } from './log.ts'
import { onTimes } from './on-ticks.ts'

/**
 * The scheduled times of a report within a history, UTC ms: from the first arrival to the end of the log.
 *
 * @throws SpillwayError `SPILL_LIMIT` past REPLAY_TICKS_MAX times.
 * @example
 * ```ts
 * const times = reportTimes(pipeline.ir.reports![0], log)
 * ```
 */
export function reportTimes({ name, at }: ReportIR, { first, until }: Pick<ReplayLog, 'first' | 'until'>): Float64Array {
  if (!(first <= until)) return new Float64Array(0)
  const times: number[] = []
  for (const t of scheduledTimes(at, first, until + 1)) {
    if (times.length >= limits.REPLAY_TICKS_MAX)
      throw new SpillwayError(
        'SPILL_LIMIT',
        `more than ${limits.REPLAY_TICKS_MAX} times of report '${name}' (REPLAY_TICKS_MAX); ` +
          'make it less often, or replay a shorter history',
      )
    times.push(t)
  }
  return Float64Array.from(times)
}

/**
 * The tables of a report, one for each of the ascending `times`, by default the scheduled ones. Memory: a replay, and the rows of one
 * report.
 *
 * @throws SpillwayError as `reportTimes` and `decide`.
 * @example
 * ```ts
 * for (const table of reports(pipeline, pipeline.ir.reports![0], log)) console.log(table.t, table.length)
 * ```
 */
export function* reports(
  definitions: ScoringDefinitions,
  report: ReportIR,
  log: ReplayLog,
  times: Float64Array = reportTimes(report, log),
  batchSize?: number,
): Generator<ReportTable> {
  const { ir } = definitions
  const model = reportModel(ir, report)
  const rows = new ReportRows(ir, report, log.strings)
  if (times.length === 0) return
  let at = 0
  rows.begin(times[at])
  const finish = (): ReportTable => {
    const table = rows.finish()
    if (++at < times.length) rows.begin(times[at])
    return table
  }
  for (const batch of decideAt(onTimes(ir, model, model.decide, log, times), definitions, model, log, batchSize)) {
    const decisions = { ...batch, asOf: batch.reads.map(({ asOf }) => asOf) }
    for (let from = 0, to = 0; from < batch.length; from = to) {
      while (times[at] < batch.t[from]) yield finish()
      while (to < batch.length && batch.t[to] === times[at]) to++
      rows.add(decisions, from, to)
    }
  }
  while (at < times.length) yield finish()
}
