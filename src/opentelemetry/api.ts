/** The part of `@opentelemetry/api` that is used, by shape, so that the package need not be installed. Its own types fit. */

/** A time: seconds since the epoch, and nanoseconds. OpenTelemetry reads a small number as time since the process began. */
export type Moment = [seconds: number, nanoseconds: number]

/** Attributes of a span or a measurement. */
export type Attributes = Record<string, string | number | boolean>

/** The position of a span in a trace. */
export interface SpanContext {
  readonly traceId: string
  readonly spanId: string
  readonly traceFlags: number
}

/** A span, as far as it is used. */
export interface Span {
  spanContext(): SpanContext
  setAttributes(attributes: Attributes): unknown
  isRecording(): boolean
  setStatus(status: { code: 0 | 1 | 2; message?: string }): unknown
  end(at?: Moment): void
}

/** A tracer of spans `S`. `C` is the context type of the API. */
export interface Tracer<S extends Span, C> {
  startSpan(name: string, options?: { startTime?: Moment; attributes?: Attributes; root?: boolean }, within?: C): S
}

/** The options of an instrument. */
export interface MetricOptions {
  description?: string
  unit?: string
  advice?: { explicitBucketBoundaries?: number[] }
}

/** A meter, as far as it is used. */
export interface Meter {
  createHistogram(name: string, options?: MetricOptions): { record(value: number, attributes?: Attributes): void }
  createCounter(name: string, options?: MetricOptions): { add(value: number, attributes?: Attributes): void }
}
