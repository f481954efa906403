/** One W3C trace from an HTTP request through ingestion, features, inference and action to the receiver, by OpenTelemetry's own SDK. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT_CONTEXT, trace, type Tracer } from '@opentelemetry/api'
import fastify from 'fastify'
import { action, count, entity, env, features, linear, model, on, pipeline, source, stream, t, webhook } from 'spillway'
import { spillway } from 'spillway/embed'
import { traceDecisions } from 'spillway/opentelemetry'
import { receiver } from '../action/receiver.ts'
import type { Checks } from './checks.ts'
import { type FinishedSpan, tracingSdk } from './packages.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const SPANS_MS_MAX = 10_000

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const risk = model('risk', {
  decide: on(payments),
  inputs: p => ({ n: now.of(p.card).n }),
  score: linear({ intercept: 1, weights: { n: 0 } }),
})
const tell = action('tell', { when: risk.score.gte(0), do: webhook(env('TRACED_RECEIVER'), { allowPrivate: true, timeout: '1s' }) })
const shop = pipeline('traced', [tell])

export async function checkTracing(checks: Checks, folder: string): Promise<void> {
  await checks.check("one trace from the request to the receiver, by OpenTelemetry's SDK", async () => {
    const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = tracingSdk()
    const exporter = new InMemorySpanExporter()
    const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).getTracer('spillway') as Tracer
    const stop = traceDecisions({ tracer, within: span => trace.setSpan(ROOT_CONTEXT, span) })
    const hooks = await receiver(response => response.writeHead(204).end())
    process.env['TRACED_RECEIVER'] = hooks.url
    const app = fastify({ forceCloseConnections: true })
    await app.register(spillway, { pipeline: shop, data: join(folder, 'traced'), prefix: '/spillway' })
    try {
      const url = await app.listen({ host: '127.0.0.1', port: 0 })
      const { status } = await fetch(`${url}/spillway/sources/payments/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'vendor=1' },
        body: JSON.stringify({ card: 'a', at: new Date().toISOString() }),
      })
      assert.equal(status, 200)
      const [delivered] = await hooks.first(1)
      const spans = await finished(exporter, 'effect tell')
      return checkedTrace(spans, String(delivered.headers['traceparent']))
    } finally {
      await app.close()
      await hooks.close()
      stop()
    }
  })
}

async function finished(exporter: { getFinishedSpans(): readonly FinishedSpan[] }, last: string): Promise<readonly FinishedSpan[]> {
  const until = performance.now() + SPANS_MS_MAX
  while (performance.now() < until && !exporter.getFinishedSpans().some(({ name }) => name === last)) await sleep(10)
  return exporter.getFinishedSpans()
}

function checkedTrace(spans: readonly FinishedSpan[], received: string): string {
  const nameOf = new Map(spans.map(span => [span.spanContext().spanId, span.name]))
  const parents = Object.fromEntries(
    spans.map(({ name, parentSpanContext: parent }) => [name, parent && (nameOf.get(parent.spanId) ?? `remote ${parent.spanId}`)]),
  )
  const children = (parent: string, ...names: readonly string[]) => Object.fromEntries(names.map(name => [name, parent]))
  assert.deepEqual(parents, {
    'decide risk': `remote ${SPAN}`,
    ...children('decide risk', 'ingest', 'queued', 'features', 'inference', 'durable', 'effect tell'),
    ...children('effect tell', 'queue', 'delivery', 'acknowledgement'),
  })
  assert.deepEqual(new Set(spans.map(span => span.spanContext().traceId)), new Set([TRACE]))
  const effect = spans.find(({ name }) => name === 'effect tell')!.spanContext().spanId
  assert.equal(received, `00-${TRACE}-${effect}-01`, 'the receiver continues the span of the effect')
  return `${spans.length} spans`
}
