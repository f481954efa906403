/** A pipeline in the caller's own process, without a server. Public as `spillway/run`. */
export { PipelineRun } from './pipeline-run.ts'
export { checkRunOptions, openSharedOptions, type RunnablePipeline, type SharedRunOptions } from './run-pipeline.ts'
