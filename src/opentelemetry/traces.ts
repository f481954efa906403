/**
 * Decisions and effects as spans: a trace for each stretch of decisions that were made together, its stages in it, and in it the effects that followed.
 *
 * Spans are made afterwards, from what was measured, each with its own times. Which traces are kept is the tracer's: of one that does not record, only its first span is
 * made.
 */
import { listen, type DecisionMessage, type EffectMessage, type StageMs } from '../base/channels.ts'
import { limits } from '../base/limits.ts'
import type { Attributes, Moment, Span, Tracer } from './api.ts'

export interface TraceOptions<S extends Span, C> {
  /** `trace.getTracer('spillway')` of `@opentelemetry/api`. */
  readonly tracer: Tracer<S, C>
  /** The context within a span: `span => trace.setSpan(ROOT_CONTEXT, span)`. */
  readonly within: (span: S) => C
  /** Of this run alone; of all in the process unless given. */
  readonly run?: object
}

/** A stretch whose effects may follow. */
interface Made<C> {
  readonly run: object
  readonly model: string
  readonly first: number
  readonly last: number
  readonly within: C
}

/** The API's number for a span that failed. */
const ERROR = 2

/** Traces what runs of this process decide and send from now on. What is returned ends that. */
export function traceDecisions<S extends Span, C>(options: TraceOptions<S, C>): () => void {
  const { tracer, within, run } = options
  const made: Made<C>[] = []
  const isOurs = (of: object) => run === undefined || run === of

  /** A span of its stages, one after the other from `start`, UTC ms. It is still open. */
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

  const ofDecisions = (message: DecisionMessage): void => {
    if (!isOurs(message.run)) return
    const { model, first, last, at, stages } = message
    const before = (stages.queued ?? 0) + (stages.taken ?? 0) + (stages.waited ?? 0)
    const all = Object.entries(stages) as [keyof StageMs, number][]
    const { span, isRecording, context, end } = spans(`decide ${model}`, at - before, all, decisionAttributes(message))
    span.end(momentOf(end))
    if (!isRecording) return
    made.push({ run: message.run, model, first, last, within: context })
    if (made.length > limits.TRACES_HELD) made.shift()
  }

  const ofEffects = (message: EffectMessage): void => {
    if (!isOurs(message.run) || message.outcome === 'tried') return
    const { model, entry, action, at, queueMs, deliveryMs, acknowledgementMs, outcome, why } = message
    const parent = made.findLast(one => one.run === message.run && one.model === model && one.first <= entry && entry <= one.last)
    // Its decision was not traced, or so long ago that it is forgotten.
    if (!parent) return
    const stages = [['queue', queueMs] as const, ['delivery', deliveryMs] as const, ['acknowledgement', acknowledgementMs] as const]
    const start = at - queueMs - deliveryMs - acknowledgementMs
    const { span, end } = spans(`effect ${action}`, start, stages, effectAttributes(message), parent.within)
    if (outcome === 'dead') span.setStatus({ code: ERROR, ...(why !== undefined && { message: why }) })
    span.end(momentOf(end))
  }

  const stop = [listen('spillway:decision', ofDecisions), listen('spillway:effect', ofEffects)]
  return () => stop.forEach(unlisten => unlisten())
}

/** Of UTC milliseconds with parts. */
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
