/** What is used of `@opentelemetry/api`, by shape, so that it need not be installed: its own tracers, spans and meters have it. */

/** A moment: seconds from the epoch, and nanoseconds. A number would be taken for one since the process began, where it is small. */
export type Moment = [seconds: number, nanoseconds: number]

export type Attributes = Record<string, string | number | boolean>

export interface Span {
  isRecording(): boolean
  setStatus(status: { code: 0 | 1 | 2; message?: string }): unknown
  end(at?: Moment): void
}

/** `C` is the API's context. */
export interface Tracer<S extends Span, C> {
  startSpan(name: string, options?: { startTime?: Moment; attributes?: Attributes; root?: boolean }, within?: C): S
}

export interface MetricOptions {
  description?: string
  unit?: string
  advice?: { explicitBucketBoundaries?: number[] }
}

export interface Meter {
  createHistogram(name: string, options?: MetricOptions): { record(value: number, attributes?: Attributes): void }
  createCounter(name: string, options?: MetricOptions): { add(value: number, attributes?: Attributes): void }
}
