/**
 * `spillway/opentelemetry`: spans and metrics for decisions and effects of the runs in this process.
 *
 * @example
 * ```ts
 * import { metrics } from '@opentelemetry/api'
 * import { measureDecisions } from 'spillway/opentelemetry'
 *
 * const stop = measureDecisions({ meter: metrics.getMeter('spillway') })
 * ```
 *
 * @module spillway/opentelemetry
 */
import '../base/node/require-node.ts'
export type { Attributes, Meter, MetricOptions, Moment, Span, Tracer } from '../opentelemetry/api.ts'
export { measureDecisions, type MetricsOptions } from '../opentelemetry/metrics.ts'
export { traceDecisions, type TraceOptions } from '../opentelemetry/traces.ts'
