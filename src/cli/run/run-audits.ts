/** The audits that people start on a run: `spillway audit` over its data folder, as a process of its own. */
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuditJobs } from '../../operate/index.ts'

/** The folder with the report of an audit, unless `--audit` names another. */
export const AUDIT_FOLDER = 'audit'

/** Audits of the pipeline file at `path` over the data folder `data`, with reports in `out`. */
export function auditsOf(path: string, data: string, out: string): AuditJobs {
  const program = fileURLToPath(new URL(`../bin${extname(import.meta.url)}`, import.meta.url))
  return new AuditJobs([process.execPath, ...process.execArgv, program, 'audit', path, '--data', data, '--out', out])
}
