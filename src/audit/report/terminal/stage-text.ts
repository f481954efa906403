/** Stage times in the terminal. */
import { spanTitle } from '../../../base/span.ts'
import type { AuditReport, StagesPart } from '../../domain/audit-report.ts'
import { date, isKnown, share } from '../../domain/figures.ts'
import { ranText } from '../ran-text.ts'
import { hung, table } from './columns.ts'

export function stageLines({ stages }: AuditReport): string[] {
  if (!isKnown(stages)) return [...hung('WHERE THE TIME GOES  ', `not measured: ${stages.why}`), '']
  const { from, until, whole } = stages
  return [
    ...hung('WHERE THE TIME GOES  ', `${ranText(stages)}, ${date(from)} to ${date(until)}`),
    ...table(
      [
        { title: 'stage', align: 'left' },
        { title: 'p50', align: 'right' },
        { title: 'p95', align: 'right' },
        { title: 'p99', align: 'right' },
        { title: 'longest in', align: 'right' },
        { title: 'p99 of all, if 90 % faster', align: 'right' },
      ],
      [
        ...stages.stages.map(({ stage, critical, p99IfTenth, ...times }) => [
          stage,
          ...percentiles(times),
          share(critical),
          spanTitle(p99IfTenth),
        ]),
        ['the whole', ...percentiles(whole), '', ''],
      ],
    ),
    ...deadlineLines(stages),
    '',
  ]
}

const percentiles = ({ p50, p95, p99 }: StagesPart['whole']): string[] => [p50, p95, p99].map(spanTitle)

const deadlineLines = ({ deadline }: StagesPart): string[] =>
  deadline === undefined ? [] : [`${share(deadline.met)} of decisions were in time for the deadline of ${spanTitle(deadline.ms)}`]
