/**
 * OpenTelemetry traces of decisions and effects: one trace for each batch of decisions that were made together, with a span for each stage
 * and for each effect that followed.
 *
 * Spans are made afterwards, from measured stage times. The tracer decides which traces it keeps: of a trace that it does not record,
 * only the first span is made.
 */
import { subscribeTo, type DecisionMessage, type EffectMessage, type StageMs } from '../base/node/index.ts'
import { limits } from '../base/index.ts'
import type { Attributes, Moment, Span, Tracer } from './api.ts'

/** The options of `traceDecisions`. */
export interface TraceOptions<S extends Span, C> {
  /** `trace.getTracer('spillway')` of `@opentelemetry/api`. */
  readonly tracer: Tracer<S, C>
  /** The context inside a span: `span => trace.setSpan(ROOT_CONTEXT, span)`. */
  readonly within: (span: S) => C
  /** Traces only this run; all runs of the process by default. */
  readonly run?: object
}

/** A traced batch of decisions, whose effects may follow. */
interface TracedBatch<C> {
  readonly run: object
  readonly model: string
  readonly first: number
  readonly last: number
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
  const { tracer, within, run } = options
  const traced: TracedBatch<C>[] = []
  const isTraced = (sender: object) => run === undefined || run === sender

  /** A span with its stages, one after the other from `start` in UTC ms. The span is still open. */
  const spans = (name: string, start: number, stages: readonly (readonly [string, number])[], attributes: Attributes, parent?: C) => {
    const span = tracer.startSpan(name, { startTime: momentOf(start), attributes, ...(parent === undefined && { root: true }) }, parent)
    const context = within(span)
    let at = start
    const isRecording = span.isRecording()
    for (const [stage, ms] of isRecording ? stages : []) {
      const child = tracer.startSpan(stage, { startTime: momentOf(at) }, context)
      child.end(momentOf((at += ms)))
    }
    return { span, isRecording, context, end: start + stages.reduce((sum, [, ms]) => sum + ms, 0) }
  }

  const traceBatch = (message: DecisionMessage): void => {
    if (!isTraced(message.run)) return
    const { model, first, last, at, stages } = message
    const before = (stages.queued ?? 0) + (stages.taken ?? 0) + (stages.waited ?? 0)
    const ordered = Object.entries(stages) as [keyof StageMs, number][]
    const { span, isRecording, context, end } = spans(`decide ${model}`, at - before, ordered, decisionAttributes(message))
    span.end(momentOf(end))
    if (!isRecording) return
    traced.push({ run: message.run, model, first, last, within: context })
    if (traced.length > limits.TRACES_HELD) traced.shift()
  }

  const traceEffect = (message: EffectMessage): void => {
    if (!isTraced(message.run) || message.outcome === 'tried') return
    const { model, entry, action, at, queueMs, deliveryMs, acknowledgementMs, outcome, why } = message
    const parent = traced.findLast(
      batch => batch.run === message.run && batch.model === model && batch.first <= entry && entry <= batch.last,
    )
    // Its decision was not traced, or more than TRACES_HELD batches ago.
    if (!parent) return
    const stages = [['queue', queueMs] as const, ['delivery', deliveryMs] as const, ['acknowledgement', acknowledgementMs] as const]
    const start = at - queueMs - deliveryMs - acknowledgementMs
    const { span, end } = spans(`effect ${action}`, start, stages, effectAttributes(message), parent.within)
    if (outcome === 'dead') span.setStatus({ code: ERROR, ...(why !== undefined && { message: why }) })
    span.end(momentOf(end))
  }

  const unsubscribe = [subscribeTo('spillway:decision', traceBatch), subscribeTo('spillway:effect', traceEffect)]
  return () => unsubscribe.forEach(end => end())
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
