import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import type { ModelIR } from '../../define/ir/ir.ts'
import { TraceContexts } from './trace-contexts.ts'

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
