import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import { traceContextText } from '../../base/trace-context.ts'
import type { ModelIR } from '../../define/ir/ir.ts'
import type { NewEffect } from '../../log/effects.ts'
import { TraceContexts, withTraceContexts } from './trace-contexts.ts'

const contextOf = (digit: string) => ({ traceparent: `00-${digit.repeat(32)}-${'b'.repeat(16)}-01` })
const [one, two] = [contextOf('1'), contextOf('2')]
const model = (decide: object, name = 'm') => ({ name, decide }) as ModelIR
const onSales = model({ kind: 'on', source: 'sales' })
const batch = (of: ModelIR, ...entry: number[]) => ({ model: of, length: entry.length, entry: Float64Array.from(entry) })

test('a batch has the contexts of its own entries, with the number of its decisions', () => {
  const traces = new TraceContexts()
  assert.equal(traces.of(batch(onSales, 0, 1)), undefined)
  traces.add({ kind: 'on', name: 'sales', from: 10, to: 13, context: one })
  traces.add({ kind: 'on', name: 'logins', from: 13, to: 15, context: two })
  traces.add({ kind: 'on', name: 'sales', from: 15, to: 16, context: two })
  assert.deepEqual(traces.of(batch(onSales, 8, 9, 10, 12, 15, 20)), [
    { context: one, first: 10, last: 12, count: 2 },
    { context: two, first: 15, last: 15, count: 1 },
  ])
  assert.equal(traces.of(batch(onSales, 8, 14, 16)), undefined, 'entries between those with a context')
  assert.equal(traces.of(batch(onSales)), undefined)
})

test('a request has its context for its model alone, and a tick has none', () => {
  const traces = new TraceContexts()
  traces.add({ kind: 'request', name: 'check', from: 3, to: 4, context: one })
  assert.deepEqual(traces.of(batch(model({ kind: 'request' }, 'check'), 3)), [{ context: one, first: 3, last: 3, count: 1 }])
  assert.equal(traces.of(batch(model({ kind: 'request' }, 'other'), 3)), undefined)
  assert.equal(traces.of(batch(model({ kind: 'on', source: 'check' }), 3)), undefined, 'a source of the same name')
  assert.equal(traces.of(batch(model({ kind: 'every' }, 'check'), 3)), undefined)
})

test('contexts of decided entries are dropped, and their number is limited', () => {
  const traces = new TraceContexts()
  const add = (from: number, to = from + 1) => traces.add({ kind: 'on', name: 'sales', from, to, context: one })
  add(1, 1)
  assert.equal(traces.of(batch(onSales, 1)), undefined, 'no entry was accepted')
  add(1, 3)
  traces.dropBefore(2)
  assert.equal(traces.of(batch(onSales, 2))?.length, 1)
  traces.dropBefore(3)
  assert.equal(traces.of(batch(onSales, 2)), undefined)
  for (let entry = 0; entry <= limits.TRACE_CONTEXTS_MAX; entry++) add(entry)
  assert.equal(traces.of(batch(onSales, limits.TRACE_CONTEXTS_MAX - 1))?.length, 1)
  assert.equal(traces.of(batch(onSales, limits.TRACE_CONTEXTS_MAX)), undefined)
})

test('contexts of a long random log equal those of a search through all entries', () => {
  const next = random(24)
  const below = (count: number): number => Math.floor(next() * count)
  const models = [onSales, model({ kind: 'on', source: 'logins' }), model({ kind: 'request' }, 'check')]
  const traces = new TraceContexts()
  let all: Parameters<TraceContexts['add']>[0][] = []
  let [end, decided, matches] = [0, 0, 0]
  for (let step = 0; step < 4000; step++) {
    if (next() < 0.6) {
      const to = end + below(4)
      const isRequest = next() < 0.3
      const context = { traceparent: `00-${String(step).padStart(32, '0')}-${'b'.repeat(16)}-01` }
      const entries = {
        kind: isRequest ? 'request' : 'on',
        name: isRequest ? 'check' : ['sales', 'logins'][below(2)],
        from: end,
        to,
        context,
      } as const
      // Some requests have no context.
      if (next() < 0.8) {
        traces.add(entries)
        if (to > end) all.push(entries)
      }
      end = to + below(2)
    } else {
      const until = Math.min(end, decided + below(30))
      const rows = Array.from({ length: until - decided }, (_, i) => decided + i).filter(() => next() < 0.7)
      for (const of of models) {
        const { decide } = of
        const name = decide.kind === 'on' ? decide.source : of.name
        const naive = all.flatMap(({ kind, name: other, from, to, context }) => {
          const own = kind === decide.kind && other === name ? rows.filter(row => row >= from && row < to) : []
          return own.length === 0 ? [] : [{ context, first: own[0], last: own.at(-1)!, count: own.length }]
        })
        const contexts = traces.of(batch(of, ...rows))
        assert.deepEqual(contexts ?? [], naive)
        matches += naive.length
        // Two actions may follow from one decision, and none from another.
        const effects = rows.flatMap(entry => Array.from({ length: below(3) }, (_, number) => ({ entry, number }) as NewEffect))
        const traced = effects.map(effect => {
          const found = naive.find(({ first, last }) => first <= effect.entry && effect.entry <= last)
          return found ? { ...effect, trace: traceContextText(found.context) } : effect
        })
        assert.deepEqual(withTraceContexts(effects, contexts), traced)
      }
      decided = until
      traces.dropBefore(decided)
      all = all.filter(({ to }) => to > decided)
    }
  }
  assert.ok(matches > 500, `${matches} contexts`)
})

test('deciding requests one by one does not read the contexts of those that wait', () => {
  const traces = new TraceContexts()
  const check = model({ kind: 'request' }, 'check')
  let reads = 0
  const count = limits.TRACE_CONTEXTS_MAX
  for (let entry = 0; entry < count; entry++)
    traces.add({
      kind: 'request',
      name: 'check',
      from: entry,
      get to() {
        reads++
        return entry + 1
      },
      context: one,
    })
  reads = 0
  for (let entry = 0; entry < count; entry++) {
    assert.equal(traces.of(batch(check, entry))?.length, 1)
    traces.dropBefore(entry + 1)
  }
  assert.ok(reads < 25 * count, `${reads} reads of ${count} contexts`)
})
