/**
 * OpenTelemetry traces of decisions and effects: one trace for each batch of decisions that were made together, with a span for each stage
 * and for each effect that followed. Decisions on a request with a W3C trace context are in the trace of that request instead, and the
 * receiver of their effects continues it.
 *
 * Spans are made afterwards, from measured stage times; only that of an effect with a trace context begins before its first attempt. The tracer decides which traces it keeps: of a trace that it does not record,
 * only the first span is made.
 */
import {
  subscribeTo,
  type DecisionMessage,
  type DecisionTraceContext,
  type DeliveryMessage,
  type EffectMessage,
  type StageMs,
} from '../base/node/index.ts'
import { limits, sumBy, traceIdOf } from '../base/index.ts'
import type { Attributes, Moment, Span, Tracer } from './api.ts'
import { contextOfSpan, remoteSpan } from './remote-span.ts'

/** The options of `traceDecisions`. */
export interface TraceOptions<S extends Span, C> {
  /** `trace.getTracer('spillway')` of `@opentelemetry/api`. */
  readonly tracer: Tracer<S, C>
  /** The context inside a span: `span => trace.setSpan(ROOT_CONTEXT, span)`. */
  readonly within: (span: S) => C
  /** Traces only this run; all runs of the process by default. */
  readonly run?: object
}

/** Traced decisions, whose effects may follow. */
interface TracedDecisions<C> {
  readonly run: object
  readonly model: string
  readonly first: number
  readonly last: number
  /** The trace of a request; absent for a trace of the batch itself. */
  readonly traceId?: string
  readonly within: C
}

/** The API's status code of a failed span. */
const ERROR = 2

/**
 * Traces all decisions and effects of runs in this process from now on. Returns a function that ends the tracing.
 *
 * @example
 * ```ts
 * const stop = traceDecisions({ tracer: trace.getTracer('spillway'), within: span => trace.setSpan(ROOT_CONTEXT, span) })
 * ```
 */
export function traceDecisions<S extends Span, C>(options: TraceOptions<S, C>): () => void {
  const tracing = new DecisionTracing(options)
  const isTraced = ({ run }: { readonly run: object }): boolean => options.run === undefined || options.run === run
  const unsubscribe = [
    subscribeTo('spillway:decision', message => isTraced(message) && tracing.decided(message)),
    subscribeTo('spillway:delivery', message => isTraced(message) && tracing.deliver(message)),
    subscribeTo('spillway:effect', message => isTraced(message) && tracing.attempted(message)),
  ]
  return () => unsubscribe.forEach(end => end())
}

/** The traces of one tracer. Memory: the contexts of the last `TRACES_HELD` batches, and as many spans of effects. */
class DecisionTracing<S extends Span, C> {
  readonly #tracer: Tracer<S, C>
  readonly #within: (span: S) => C
  readonly #decided: TracedDecisions<C>[] = []
  /** Spans of effects that are being delivered, by run and number. */
  readonly #open = new Map<object, Map<number, S>>()

  constructor({ tracer, within }: TraceOptions<S, C>) {
    this.#tracer = tracer
    this.#within = within
  }

  /** A batch is durable: its requests with a context have their traces, and other decisions one of the batch. */
  decided(message: DecisionMessage): void {
    const { count, stages, traces = [] } = message
    if (sumBy(traces, request => request.count) < count) this.#traceDecided(message, Object.entries(stages) as [string, number][])
    for (const request of traces) this.#traceDecided(message, requestStages(stages), request)
  }

  /** Starts the span of an effect before its first attempt, so that the receiver gets it as the parent. */
  deliver(message: DeliveryMessage): void {
    const { run, number, action, since, context } = message
    const ofRun = this.#open.get(run) ?? new Map<number, S>()
    this.#open.set(run, ofRun)
    let span = ofRun.get(number)
    if (!span) {
      span = this.#tracer.startSpan(
        `effect ${action}`,
        { startTime: momentOf(since), attributes: deliveryAttributes(message) },
        this.#parentOf(message),
      )
      ofRun.set(number, span)
      const [oldest] = ofRun.keys()
      if (ofRun.size > limits.TRACES_HELD) ofRun.delete(oldest)
    }
    const sent = contextOfSpan(span.spanContext(), context)
    if (sent) message.sent = sent
  }

  /** Ends the span of an effect that is delivered or dead. */
  attempted(message: EffectMessage): void {
    const { run, number, action, at, queueMs, deliveryMs, acknowledgementMs, outcome, why } = message
    if (outcome === 'tried') return
    const stages = [['queue', queueMs] as const, ['delivery', deliveryMs] as const, ['acknowledgement', acknowledgementMs] as const]
    const start = at - queueMs - deliveryMs - acknowledgementMs
    const ofRun = this.#open.get(run)
    let span = ofRun?.get(number)
    if (span) {
      ofRun!.delete(number)
      span.setAttributes(effectAttributes(message))
      this.#addStages(span, start, stages)
    } else {
      const parent = this.#parentOf(message)
      // Its decision was not traced, or more than TRACES_HELD batches ago.
      if (parent === undefined) return
      span = this.#span(`effect ${action}`, start, stages, effectAttributes(message), parent)
    }
    if (outcome === 'dead') span.setStatus({ code: ERROR, ...(why !== undefined && { message: why }) })
    span.end(momentOf(at))
  }

  /** Traces the decisions of a message, or those of one request. */
  #traceDecided(message: DecisionMessage, stages: Stages, request?: DecisionTraceContext): void {
    const { run, model, at, stages: measured } = message
    const before = (measured.queued ?? 0) + (measured.intake ?? 0) + (measured.waited ?? 0)
    const { first, last, count } = request ?? message
    const parent = request && this.#within(remoteSpan<S>(request.context))
    const attributes = decisionAttributes({ ...message, first, last, count })
    const span = this.#span(`decide ${model}`, at - before, stages, attributes, parent)
    const isRecording = span.isRecording()
    span.end(momentOf(at - before + sumBy(stages, ([, ms]) => ms)))
    if (!isRecording) return
    const trace = request && { traceId: traceIdOf(request.context.traceparent) }
    this.#decided.push({ run, model, first, last, ...trace, within: this.#within(span) })
    if (this.#decided.length > limits.TRACES_HELD) this.#decided.shift()
  }

  /** The context of the decision that an effect follows from; if that is not traced here, of the request with a trace context. */
  #parentOf({ run, model, entry, context }: Pick<EffectMessage, 'run' | 'model' | 'entry' | 'context'>): C | undefined {
    const traceId = context && traceIdOf(context.traceparent)
    const decided = this.#decided.findLast(
      each => each.run === run && each.model === model && each.first <= entry && entry <= each.last && each.traceId === traceId,
    )
    return decided?.within ?? (context && this.#within(remoteSpan<S>(context)))
  }

  /** A span with its stages from `start`, UTC ms. The span is still open. */
  #span(name: string, start: number, stages: Stages, attributes: Attributes, parent?: C): S {
    const span = this.#tracer.startSpan(
      name,
      { startTime: momentOf(start), attributes, ...(parent === undefined && { root: true }) },
      parent,
    )
    this.#addStages(span, start, stages)
    return span
  }

  /** The stages as children, one after the other. A span that is not recorded has none. */
  #addStages(span: S, start: number, stages: Stages): void {
    if (!span.isRecording()) return
    const context = this.#within(span)
    let at = start
    for (const [stage, ms] of stages) {
      const child = this.#tracer.startSpan(stage, { startTime: momentOf(at) }, context)
      child.end(momentOf((at += ms)))
    }
  }
}

/** Stages in sequence, with their durations in ms. */
type Stages = readonly (readonly [name: string, ms: number])[]

/** The stages in the trace of one request: `ingest` until its events had their log positions, then those of the decision. */
function requestStages({ waited, intake, ...stages }: StageMs): Stages {
  const ingest = waited === undefined || intake === undefined ? [] : [['ingest', waited + intake] as const]
  return [...ingest, ...Object.entries<number>(stages)]
}

/** Converts UTC milliseconds with fractions. */
function momentOf(ms: number): Moment {
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.round((ms - seconds * 1000) * 1000) * 1000]
}

const decisionAttributes = ({ pipeline, model, first, last, count }: DecisionMessage): Attributes => ({
  'spillway.pipeline': pipeline,
  'spillway.model': model,
  'spillway.entry.first': first,
  'spillway.entry.last': last,
  'spillway.decisions': count,
})

const deliveryAttributes = ({ pipeline, action, model, number, entry }: DeliveryMessage): Attributes => ({
  'spillway.pipeline': pipeline,
  'spillway.action': action,
  'spillway.model': model,
  'spillway.effect.number': number,
  'spillway.entry': entry,
})

const effectAttributes = ({ pipeline, action, model, id, number, entry, outcome, attempt, due, at }: EffectMessage): Attributes => ({
  'spillway.pipeline': pipeline,
  'spillway.action': action,
  'spillway.model': model,
  'spillway.effect.id': id,
  'spillway.effect.number': number,
  'spillway.entry': entry,
  'spillway.effect.outcome': outcome,
  'spillway.effect.attempts': attempt,
  ...(due !== undefined && { 'spillway.effect.in_time': outcome === 'delivered' && at <= due }),
})
