/**
 * The condition that an alert about lag reports: a source that stands still, or whose reader has failed, is a page; one
 * that falls behind is a ticket.
 */
import { spanTitle } from '../../base/index.ts'
import type { Alert } from '../alert.ts'
import type { LagTime } from './lag-time.ts'
import type { SourceLag } from './lag-sampler.ts'
import type { LagVerdict } from './lag-verdict.ts'

/** A condition, without what it reaches. */
export type LagCondition = Pick<Alert, 'cause' | 'subject' | 'severity' | 'summary'>

/** From the gravest: the first that a partition has is reported. */
const problems = [
  ['STOP', 'no longer reads'],
  ['STALL', 'stands still'],
  ['REWIND', 'went back to an earlier position'],
  ['WARN', 'falls behind'],
] as const satisfies readonly (readonly [LagVerdict, string])[]

/** The condition of a source; undefined for a source that keeps up, or that has not been judged. */
export function lagCondition({ source, verdict, unit, partitions, failure }: SourceLag): LagCondition | undefined {
  const subject = { kind: 'source', name: source } as const
  if (failure !== undefined) {
    const reason = failure.replace(`source '${source}': `, '')
    return { cause: 'lag', subject, severity: 'page', summary: `source '${source}' is no longer read: ${reason}` }
  }
  const problem = problems.find(([candidate]) => partitions.some(partition => partition.verdict === candidate))
  if (!problem) return undefined
  const [gravest, text] = problem
  const concerned = partitions.filter(partition => partition.verdict === gravest)
  const lag = concerned.reduce((sum, partition) => sum + partition.lag, 0)
  const oldest = concerned.map(({ age }) => age).toSorted((a, b) => b.ms - a.ms)[0]
  const where = partitions.length === 1 ? '' : `, in ${concerned.length} of ${partitions.length} partitions`
  return {
    cause: 'lag',
    subject,
    severity: verdict === 'ERR' ? 'page' : 'ticket',
    summary: `source '${source}' ${text}: ${lag.toLocaleString('en-US')} ${unit ?? 'records'} wait, the oldest for ${ageText(oldest)}${where}`,
  }
}

const ageText = ({ ms, basis }: LagTime): string =>
  `${basis === 'measured' ? '' : basis === 'extrapolated' ? 'about ' : 'at least '}${spanTitle(ms)}`
