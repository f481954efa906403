/** The audit at the end of `npm start`: `spillway audit` over the flights that are loaded already. */
import { join } from 'node:path'
import pipeline, { late } from '../examples/flights/flights.ts'
import { audit, valuedAt, worthOf } from '../src/audit/audit.ts'
import { presetPeople } from '../src/audit/cost/people.ts'
import { examplePrices } from '../src/audit/cost/prices.ts'
import { verdictText } from '../src/audit/report/terminal/verdict.ts'
import { writeAuditReport } from '../src/audit/write-report.ts'
import { shortPath } from '../src/base/node/index.ts'
import { ProgressLine } from '../src/cli/command/progress.ts'
import type { ReplayLog } from '../src/replay/log.ts'

const out = join(import.meta.dirname, '../audit')

/** `dollars` is the value of a caught late arrival, in place of that of the example. */
export async function auditFlights(log: ReplayLog, dollars: number | undefined): Promise<void> {
  const worth = worthOf(pipeline.worths, late.ir)
  const progress = new ProgressLine()
  const { report } = await audit(pipeline, log, {
    model: late.ir,
    worth: dollars === undefined ? worth : valuedAt(worth, dollars),
    seed: 1,
    draws: 1000,
    prices: examplePrices,
    people: presetPeople,
    stages: { why: 'a history of files has no stage times; those of a run are in its data folder' },
    command: dollars === undefined ? 'npm start' : `npm start -- --value ${dollars}`,
    onProgress: (stage, share) => progress.show(stage, share),
  })
  progress.clear()
  const { page } = writeAuditReport(report, out)
  console.log(verdictText(report, { reportAt: `open ${shortPath(page)} in a browser; spillway audit --verbose prints all of it` }))
}
