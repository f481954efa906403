/**
 * The condition that an alert about lag reports. A source that stands still, or whose reader has failed, is a page. One that falls behind is
 * a ticket, and a page once its records wait longer than the decisions that read them may: Burrow's verdict alone takes a slow reader for a
 * healthy one whenever a sample without arrivals makes the lag smaller.
 */
import { limits, spanTitle } from '../../base/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import type { Alert } from '../alerts/alert.ts'
import { affectedBy } from '../alerts/reach.ts'
import type { LagTime } from './lag-time.ts'
import type { PartitionLag } from './lag-history.ts'
import type { SourceLag } from './lag-sampler.ts'
import type { LagVerdict } from './lag-verdict.ts'

/** A condition, without what it reaches. */
export interface LagCondition extends Pick<Alert, 'cause' | 'subject' | 'severity' | 'summary'> {
  /** The reader has failed: its alert opens at once. */
  readonly isCertain?: boolean
  /** When the oldest of the waiting records arrived, UTC ms; absent if that is not known. */
  readonly began?: number
}

/** From the gravest: the first that a partition has is reported. */
const problems = [
  ['STOP', 'no longer reads'],
  ['STALL', 'stands still'],
  ['REWIND', 'went back to an earlier position'],
  ['WARN', 'falls behind'],
] as const satisfies readonly (readonly [LagVerdict, string])[]

/**
 * The condition of a source at `now`, UTC ms; undefined for a source that keeps up, or that has not been judged. `patience`: how long its
 * records may wait, ms.
 */
export function lagCondition(
  { source, verdict, unit, partitions, failure }: SourceLag,
  now: number,
  patience = Infinity,
): LagCondition | undefined {
  const subject = { kind: 'source', name: source } as const
  if (failure !== undefined) {
    const reason = failure.replace(`source '${source}': `, '')
    return { cause: 'lag', subject, severity: 'page', summary: `source '${source}' is no longer read: ${reason}`, isCertain: true }
  }
  // Some records of the last seconds wait at any time.
  const isBehind = (partition: PartitionLag): boolean => partition.verdict !== 'WARN' || partition.age.ms >= limits.LAG_BEHIND_MS_MIN
  const problem = problems.find(([candidate]) => partitions.some(partition => partition.verdict === candidate && isBehind(partition)))
  const late = partitions.filter(partition => isLate(partition, patience))
  if (!problem && late.length === 0) return undefined
  const isStanding = verdict === 'ERR'
  const [gravest, text] = problem ?? ['WARN', 'falls behind']
  const concerned =
    late.length > 0 && !isStanding ? late : partitions.filter(partition => partition.verdict === gravest && isBehind(partition))
  const lag = concerned.reduce((sum, partition) => sum + partition.lag, 0)
  const oldest = concerned.map(({ age }) => age).toSorted((a, b) => b.ms - a.ms)[0]
  const where = partitions.length === 1 ? '' : `, in ${concerned.length} of ${partitions.length} partitions`
  const allowed = late.length > 0 ? `; its decisions allow ${spanTitle(patience)}` : ''
  return {
    cause: 'lag',
    subject,
    severity: isStanding || late.length > 0 ? 'page' : 'ticket',
    summary: `source '${source}' ${text}: ${lag.toLocaleString('en-US')} ${unit ?? 'records'} wait, the oldest for ${ageText(oldest)}${where}${allowed}`,
    ...(oldest.basis !== 'at-least' && { began: now - oldest.ms }),
  }
}

/** Older than allowed, and not caught up soon. Records from before the first sample, as in a backfill, say nothing while their number falls. */
function isLate({ age, catchUpMs }: PartitionLag, patience: number): boolean {
  if (age.ms <= patience) return false
  return catchUpMs === undefined || (age.basis !== 'at-least' && catchUpMs > limits.LAG_CATCH_UP_MS)
}

/**
 * The longest time that the records of a source may wait, ms: the shortest deadline or freshness objective that depends on it; Infinity
 * without any. `objectives`: the greatest ages of feature groups, ms.
 */
export function lagPatience(ir: PipelineIR, source: string, objectives: ReadonlyMap<string, number>): number {
  const { groups, actions } = affectedBy(ir, { kind: 'source', name: source })
  const deadlines = (ir.actions ?? []).filter(({ name }) => actions.includes(name)).map(({ deadline }) => deadline ?? Infinity)
  const ages = groups.map(group => objectives.get(group) ?? Infinity)
  return Math.max(limits.LAG_PATIENCE_MS_MIN, Math.min(...deadlines, ...ages))
}

const ageText = ({ ms, basis }: LagTime): string =>
  `${basis === 'measured' ? '' : basis === 'extrapolated' ? 'about ' : 'at least '}${spanTitle(ms)}`
