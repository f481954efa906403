/** The audits that people start on a run: `spillway audit` over its data folder, as a process of its own. */
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AuditJobs } from '../../operate/index.ts'
import type { Project } from '../command/command.ts'

/** The folder with the report of an audit, unless `--audit` names another. */
export const AUDIT_FOLDER = 'audit'

/** The run whose data is audited. */
export interface AuditedRun {
  /** The pipeline file. */
  readonly path: string
  readonly data: string
  /** The configuration of the run: its prices and people hold for its audits too. */
  readonly configFile: Project['configFile']
}

/** The command of an audit of a run, with its report in `out`. */
export function auditProcess({ path, data, configFile = {} }: AuditedRun, out: string): string[] {
  const program = fileURLToPath(new URL(`../bin${extname(import.meta.url)}`, import.meta.url))
  const { config, profile } = configFile
  const options = [...(config === undefined ? [] : ['--config', config]), ...(profile === undefined ? [] : ['--profile', profile])]
  return [process.execPath, ...process.execArgv, program, 'audit', path, '--data', data, '--out', out, ...options]
}

/** Audits of a run, with reports in `out`. */
export const auditsOf = (run: AuditedRun, out: string): AuditJobs => new AuditJobs(auditProcess(run, out))
