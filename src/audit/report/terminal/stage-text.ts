/** Stage times in the terminal. */
import { spanTitle } from '../../../base/index.ts'
import type { AuditReport, StagesPart } from '../../domain/audit-report.ts'
import { dateText, isAvailable, percentageText } from '../../domain/figures.ts'
import { sampledDecisionsText } from '../sampled-decisions-text.ts'
import { hangingIndent, textTable } from './columns.ts'

export function stageLines({ stages }: AuditReport): string[] {
  if (!isAvailable(stages)) return [...hangingIndent('WHERE THE TIME GOES  ', `not measured: ${stages.why}`), '']
  const { from, until, whole } = stages
  return [
    ...hangingIndent('WHERE THE TIME GOES  ', `${sampledDecisionsText(stages)}, ${dateText(from)} to ${dateText(until)}`),
    ...textTable(
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
          percentageText(critical),
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
  deadline === undefined ? [] : [`${percentageText(deadline.met)} of decisions were in time for the deadline of ${spanTitle(deadline.ms)}`]
