/** Messages of a run as spans and metrics, and the fit of the API's own types. */
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { metrics, ROOT_CONTEXT, SpanStatusCode, trace, type Context } from '@opentelemetry/api'
import { channels, type DecisionMessage, type DeliveryMessage, type EffectMessage } from '../base/node/channels.ts'
import { limits } from '../base/limits.ts'
import type { Attributes, MetricOptions, Moment } from './api.ts'
import { measureDecisions, traceDecisions } from '../public/opentelemetry.ts'

const run = {}
const start = 1_767_225_600_000
const decided: DecisionMessage = {
  run,
  pipeline: 'shop',
  model: 'risk',
  first: 4,
  last: 6,
  count: 3,
  at: start + 6.5,
  stages: { waited: 1, intake: 2, queued: 3, features: 4, inference: 5, durable: 6 },
}
const named = { run, pipeline: 'shop', action: 'tell', model: 'risk', id: 'i', number: 1, entry: 5, key: '1' }
const times = { decidedAt: start, at: start + 100, queueMs: 10, deliveryMs: 30, acknowledgementMs: 20 }
const delivered: EffectMessage = { ...named, ...times, outcome: 'delivered', attempt: 1 }

const undo: (() => void)[] = []
afterEach(() => undo.splice(0).forEach(stop => stop()))

interface Recorded {
  readonly name: string
  readonly parent: string | undefined
  readonly attributes: Attributes
  readonly start: number
  end?: number
  status?: { code: number; message?: string }
}

/** Microseconds after `start`. */
const after = ([seconds, nanoseconds]: Moment): number => (seconds * 1000 - start) * 1000 + nanoseconds / 1000

/** A tracer whose contexts are the names of spans. */
function tracing(isRecording = true) {
  const spans: Recorded[] = []
  const tracer = {
    startSpan(
      name: string,
      { startTime, attributes = {}, root }: { startTime?: Moment; attributes?: Attributes; root?: boolean } = {},
      parent?: string,
    ) {
      assert.equal(root === true, parent === undefined)
      const recorded: Recorded = { name, parent, attributes: { ...attributes }, start: after(startTime!) }
      spans.push(recorded)
      return {
        name,
        spanContext: () => ({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }),
        setAttributes: (more: Attributes) => void Object.assign(recorded.attributes, more),
        isRecording: () => isRecording && recorded.end === undefined,
        setStatus: (status: { code: number; message?: string }) => void (recorded.status = status),
        end: (at?: Moment) => void (recorded.end = after(at!)),
      }
    },
  }
  return { spans, tracer, within: (span: { name: string }) => span.name }
}

test('a batch of decisions is a trace, with its stages in sequence and its effects', () => {
  const { spans, tracer, within } = tracing()
  undo.push(traceDecisions({ tracer, within, run }))
  channels.decision.publish({ ...decided, run: {} })
  channels.decision.publish(decided)
  channels.effect.publish({ ...delivered, outcome: 'tried', why: 'x' })
  channels.effect.publish({ ...delivered, due: start + 99 })
  channels.effect.publish({ ...delivered, entry: 7 })
  assert.deepEqual(
    spans.map(({ name, parent, start, end }) => [name, parent, start, end]),
    [
      ['decide risk', undefined, 500, 21_500],
      ['waited', 'decide risk', 500, 1500],
      ['intake', 'decide risk', 1500, 3500],
      ['queued', 'decide risk', 3500, 6500],
      ['features', 'decide risk', 6500, 10_500],
      ['inference', 'decide risk', 10_500, 15_500],
      ['durable', 'decide risk', 15_500, 21_500],
      ['effect tell', 'decide risk', 40_000, 100_000],
      ['queue', 'effect tell', 40_000, 50_000],
      ['delivery', 'effect tell', 50_000, 80_000],
      ['acknowledgement', 'effect tell', 80_000, 100_000],
    ],
  )
  const [{ attributes }] = spans
  assert.deepEqual([attributes['spillway.entry.first'], attributes['spillway.entry.last'], attributes['spillway.decisions']], [4, 6, 3])
  const ofEffect = spans[7].attributes
  assert.deepEqual(
    [ofEffect['spillway.effect.in_time'], ofEffect['spillway.effect.id'], ofEffect['spillway.effect.attempts']],
    [false, 'i', 1],
  )
})

test('a trace of recovered decisions begins with their first known stage; an effect at its deadline is in time', () => {
  const { spans, tracer, within } = tracing()
  undo.push(traceDecisions({ tracer, within }))
  channels.decision.publish({ ...decided, stages: { features: 1, inference: 1, durable: 1 } })
  channels.effect.publish({ ...delivered, due: delivered.at })
  assert.deepEqual([spans[0].start, spans[0].end, spans.length], [6500, 9500, 8])
  assert.equal(spans[4].attributes['spillway.effect.in_time'], true)
  channels.effect.publish(delivered)
  assert.equal('spillway.effect.in_time' in spans[8].attributes, false)
})

test('a dead effect is a failed span', () => {
  const { spans, tracer, within } = tracing()
  undo.push(traceDecisions({ tracer, within }))
  channels.decision.publish(decided)
  channels.effect.publish({ ...delivered, outcome: 'dead', why: 'status 500' })
  assert.deepEqual(spans.find(({ name }) => name === 'effect tell')?.status, { code: SpanStatusCode.ERROR, message: 'status 500' })
})

test('of an unrecorded trace only the first span is made', () => {
  const { spans, tracer, within } = tracing(false)
  undo.push(traceDecisions({ tracer, within }))
  channels.decision.publish(decided)
  channels.effect.publish(delivered)
  assert.deepEqual(
    spans.map(({ name }) => name),
    ['decide risk'],
  )
})

test('effects of old decisions are not traced: the number of remembered batches is limited', () => {
  const { spans, tracer, within } = tracing()
  undo.push(traceDecisions({ tracer, within }))
  const publish = (entry: number) => channels.decision.publish({ ...decided, first: entry, last: entry, count: 1 })
  const effects = () => spans.filter(({ name }) => name === 'effect tell').length
  for (let entry = 0; entry < limits.TRACES_HELD; entry++) publish(entry)
  channels.effect.publish({ ...delivered, entry: 0 })
  assert.equal(effects(), 1)
  publish(limits.TRACES_HELD)
  channels.effect.publish({ ...delivered, entry: 0 })
  assert.equal(effects(), 1)
  channels.effect.publish({ ...delivered, entry: 1 })
  assert.equal(effects(), 2)
})

const request = { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, tracestate: 'v=1' }

/** A tracer with spans of its own ids, in the trace of their parent; a parent of another process has the name of its span id. */
function tracingContexts() {
  const recordings: { name: string; parent: string | undefined; traceId: string; attributes: Attributes; end?: number }[] = []
  interface FakeSpan {
    readonly name?: string
    spanContext(): { traceId: string; spanId: string; traceFlags: number }
  }
  const tracer = {
    startSpan(name: string, { attributes = {} }: { attributes?: Attributes } = {}, parent?: FakeSpan) {
      const traceId = parent?.spanContext().traceId ?? 'c'.repeat(32)
      const recorded: (typeof recordings)[number] = {
        name,
        parent: parent && (parent.name ?? parent.spanContext().spanId),
        traceId,
        attributes,
      }
      const spanId = String(recordings.push(recorded)).padStart(16, '0')
      return {
        name,
        spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
        setAttributes: (more: Attributes) => void Object.assign(recorded.attributes, more),
        isRecording: () => recorded.end === undefined,
        setStatus: () => {},
        end: (at?: Moment) => void (recorded.end = after(at!)),
      }
    },
  }
  return { recordings, tracer, within: (span: FakeSpan) => span }
}

test('decisions on a request with a context are in its trace, and the receiver continues that of their effects', () => {
  const { recordings, tracer, within } = tracingContexts()
  undo.push(traceDecisions({ tracer, within, run }))
  channels.decision.publish({ ...decided, traces: [{ context: request, first: 5, last: 5, count: 1 }] })
  const { id: _id, key: _key, ...sent } = named
  const delivery: DeliveryMessage = { ...sent, since: start + 40, context: request }
  const attempts = [{ ...delivery }, { ...delivery }]
  channels.delivery.publish(attempts[0])
  channels.effect.publish({ ...delivered, outcome: 'tried', why: 'x', context: request })
  channels.delivery.publish(attempts[1])
  channels.effect.publish({ ...delivered, context: request })
  channels.effect.publish({ ...delivered, number: 2, entry: 4 })
  const effect = recordings.findIndex(({ name, traceId }) => name === 'effect tell' && traceId === 'a'.repeat(32))
  for (const { sent } of attempts)
    assert.deepEqual(sent, { traceparent: `00-${'a'.repeat(32)}-${String(effect + 1).padStart(16, '0')}-01`, tracestate: 'v=1' })
  const ofRequest = recordings.filter(({ traceId }) => traceId === 'a'.repeat(32))
  assert.deepEqual(
    ofRequest.map(({ name, parent }) => [name, parent]),
    [
      ['decide risk', 'b'.repeat(16)],
      ...['ingest', 'queued', 'features', 'inference', 'durable'].map(stage => [stage, 'decide risk']),
      ['effect tell', 'decide risk'],
      ...['queue', 'delivery', 'acknowledgement'].map(stage => [stage, 'effect tell']),
    ],
  )
  assert.deepEqual([ofRequest[0].attributes['spillway.decisions'], ofRequest[6].attributes['spillway.effect.attempts']], [1, 1])
  const ofBatch = recordings.filter(({ traceId }) => traceId === 'c'.repeat(32))
  assert.deepEqual(
    [ofBatch[0].name, ofBatch[0].parent, ofBatch.filter(({ name }) => name === 'effect tell').length],
    ['decide risk', undefined, 1],
  )
  assert.ok(recordings.every(({ end }) => end !== undefined))
})

test('an effect of an earlier process is a child of the request; a batch of traced requests alone has no trace of its own', () => {
  const { recordings, tracer, within } = tracingContexts()
  undo.push(traceDecisions({ tracer, within }))
  channels.delivery.publish({ run, pipeline: 'shop', action: 'tell', model: 'risk', number: 1, entry: 5, since: start, context: request })
  channels.effect.publish({ ...delivered, context: request })
  assert.deepEqual([recordings[0].name, recordings[0].parent, recordings[0].traceId], ['effect tell', 'b'.repeat(16), 'a'.repeat(32)])
  channels.decision.publish({ ...decided, count: 1, traces: [{ context: request, first: 5, last: 5, count: 1 }] })
  assert.deepEqual(new Set(recordings.map(({ traceId }) => traceId)), new Set(['a'.repeat(32)]))
})

test("without an SDK the API's tracer makes no span, and the receiver gets an id of the run", () => {
  undo.push(traceDecisions({ tracer: trace.getTracer('spillway'), within: (span): Context => trace.setSpan(ROOT_CONTEXT, span) }))
  const delivery: DeliveryMessage = {
    run,
    pipeline: 'shop',
    action: 'tell',
    model: 'risk',
    number: 1,
    entry: 5,
    since: start,
    context: request,
  }
  channels.delivery.publish(delivery)
  assert.equal(delivery.sent, undefined)
})

/** A meter that lists its measurements. */
function metering() {
  const measurements: (readonly [string, number, string])[] = []
  const instrument = (name: string, _options?: MetricOptions) => {
    const take = (value: number, attributes: Attributes = {}) => void measurements.push([name, value, Object.values(attributes).join(' ')])
    return { record: take, add: take }
  }
  return { all: measurements, meter: { createHistogram: instrument, createCounter: instrument } }
}

test('each decision counts in each of its stages, and effects by outcome', () => {
  const { all, meter } = metering()
  undo.push(measureDecisions({ meter, run }))
  channels.decision.publish({ ...decided, run: {} })
  channels.decision.publish({ ...decided, count: 2 })
  channels.effect.publish(delivered)
  channels.effect.publish({ ...delivered, outcome: 'dead' })
  const stages = [
    ...Object.entries(decided.stages).map(([stage, ms]: [string, number]) => ['spillway.stage.duration', ms / 1000, `shop risk ${stage}`]),
    ['spillway.decision.duration', 0.021, 'shop risk'],
  ]
  assert.deepEqual(
    all.map(([name, value, of]) => [name, Math.round(value * 1e6) / 1e6, of]),
    [
      ['spillway.decisions', 2, 'shop risk'],
      ...stages,
      ...stages,
      ['spillway.effect.tries', 1, 'shop tell delivered'],
      ['spillway.effect.stage.duration', 0.01, 'shop tell queue'],
      ['spillway.effect.stage.duration', 0.03, 'shop tell delivery'],
      ['spillway.effect.stage.duration', 0.02, 'shop tell acknowledgement'],
      ['spillway.effect.tries', 1, 'shop tell dead'],
    ],
  )
})

test('a large batch is recorded a limited number of times, and counted whole', () => {
  const { all, meter } = metering()
  undo.push(measureDecisions({ meter }))
  channels.decision.publish({ ...decided, count: 5000, stages: { features: 1, inference: 1, durable: 1 } })
  const times = (of: string) => all.filter(([name]) => name === of).length
  assert.deepEqual(
    [times('spillway.stage.duration'), times('spillway.decision.duration'), all[0][1]],
    [3 * limits.METER_TIMES_MAX, 0, 5000],
  )
})

test("the API's own tracer and meter fit, and no subscriber is left after the end", () => {
  const tracer = trace.getTracer('spillway')
  const stop = [
    traceDecisions({ tracer, within: (span): Context => trace.setSpan(ROOT_CONTEXT, span) }),
    measureDecisions({ meter: metrics.getMeter('spillway') }),
  ]
  channels.decision.publish(decided)
  channels.effect.publish(delivered)
  assert.deepEqual([channels.decision.hasSubscribers, channels.effect.hasSubscribers], [true, true])
  for (const end of stop) end()
  assert.deepEqual([channels.decision.hasSubscribers, channels.effect.hasSubscribers], [false, false])
})
