/** OpenLineage events of a running pipeline and its jobs, sent beside it to an HTTP receiver or a file. */
export { emitJob } from './job-emission.ts'
export { LineageEmitter } from './lineage-emitter.ts'
export { PipelineJobs } from './pipeline-jobs.ts'
export type { LineageJob } from './run-event.ts'
export { lineageTarget, type LineageTarget } from './receivers.ts'
