/** The audit at the end of `npm start`: `spillway audit` over the flights that are loaded already. */
import { join } from 'node:path'
import pipeline, { late } from '../examples/flights/flights.ts'
import { audit, worthOf } from '../src/audit/audit.ts'
import { presetPeople } from '../src/audit/cost/people.ts'
import { examplePrices } from '../src/audit/cost/prices.ts'
import { reportText } from '../src/audit/report/terminal/text.ts'
import { writeAuditReport } from '../src/audit/write-report.ts'
import { ProgressLine } from '../src/cli/command/progress.ts'
import type { ReplayLog } from '../src/replay/log.ts'

const out = join(import.meta.dirname, '../audit')

export async function auditFlights(log: ReplayLog): Promise<void> {
  console.log(
    '\nWhere would less latency be worth something? Each stage and the features are made older, and the flights are decided again.\n',
  )
  const progress = new ProgressLine()
  const { report } = await audit(pipeline, log, {
    model: late.ir,
    worth: worthOf(pipeline.worths, late.ir),
    seed: 1,
    draws: 1000,
    prices: examplePrices,
    people: presetPeople,
    stages: { why: 'a history of files has no stage times; those of a run are in its data folder' },
    command: 'npm start',
    onProgress: (stage, share) => progress.show(stage, share),
  })
  progress.clear()
  const { page } = writeAuditReport(report, out)
  console.log(`${reportText(report)}\n\nThe same as a page: ${page}\n\n${report.answer.join('\n')}`)
}
