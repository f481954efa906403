/** `spillway/opentelemetry`: what runs of this process tell on their channels, as spans and metrics of OpenTelemetry. */
import '../base/require-node.ts'
export type { Attributes, Meter, MetricOptions, Moment, Span, Tracer } from './api.ts'
export { measureDecisions, type MetricsOptions } from './metrics.ts'
export { traceDecisions, type TraceOptions } from './traces.ts'
