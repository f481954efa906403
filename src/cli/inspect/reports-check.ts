/** `reports check`: recomputes reports, and compares their rows and files. */
import type { FolderView } from '../../operate/index.ts'
import { loadDefinitions } from './reports-run.ts'

/** The parsed options of `reports check`. */
export interface ReportCheckRequest {
  readonly numbers: readonly number[]
  readonly pipeline: string | undefined
  readonly json: boolean
}

/** Returns 1 if any report or its file differs. Throws `SPILL_NOT_FOUND` for an unknown report, `SPILL_CONFLICT` for a changed one. */
export async function checkReports(reports: FolderView['reports'], { numbers, pipeline, json }: ReportCheckRequest): Promise<number> {
  const definitions = await loadDefinitions(reports, pipeline)
  let isGood = true
  for (const number of numbers) {
    const report = await reports.recompute(number, definitions)
    const { was, is, file } = report
    isGood &&= is === was && file !== 'another'
    if (json) console.log(JSON.stringify(report))
    else {
      const rows = is === was ? `the same rows, ${is}` : `its rows were ${was}, and are ${is}`
      console.log(`report ${number}: ${rows}; its file is ${file === 'another' ? 'another than was written' : file}`)
    }
  }
  return isGood ? 0 : 1
}
