/**
 * `spillway/run`: a pipeline in your own process, without a server. Inside a Fastify server use `spillway/embed`.
 *
 * @example
 * ```ts
 * import { run } from 'spillway/run'
 *
 * const running = await run(shop, { data: '.spillway', sources: { payments: 'payments.ndjson' } })
 * ```
 *
 * @module spillway/run
 */
import '../base/node/require-node.ts'
export type { RunnablePipeline } from '../runner/run-connections.ts'
export { run, type RunPipelineOptions, type SharedRunOptions } from '../runner/run-pipeline.ts'
export type { PipelineRun } from '../runner/pipeline-run.ts'
export type { SourceInput } from '../sources/open-readers.ts'
export type { RecordedDecision } from '../run/decide/recorded-decision.ts'
