/** OpenLineage events of a job that a command performs itself, beside no run. */
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Pipeline } from '../../define/index.ts'
import { emitJob, type LineageJob, lineageTarget, PipelineJobs } from '../../openlineage/index.ts'
import type { Project } from './command.ts'
import { printStatus } from './print.ts'

/** The job of a command. */
interface CommandJob {
  readonly pipeline: Pick<Pipeline, 'ir'>
  readonly project: Pick<Project, 'openlineage'>
  /** The data folder, or the folder of the files. */
  readonly data: string
  /** The job; `undefined` sends nothing. */
  readonly jobOf: (jobs: PipelineJobs) => LineageJob | undefined
}

/** Performs work between the START and the end of its job, if the project has a receiver. Throws as `lineageTarget` and the work do. */
export function emitCommandJob<T>({ pipeline: { ir }, project, data, jobOf }: CommandJob, work: () => Promise<T>): Promise<T> {
  const target = lineageTarget(project.openlineage, process.env)
  const job = target && jobOf(new PipelineJobs(ir, target.namespace, pathToFileURL(resolve(data)).href))
  return target && job ? emitJob({ job, target, onReport: printStatus }, work) : work()
}
