import assert from 'node:assert/strict'
import { test } from 'node:test'
import { random } from './random.ts'
import {
  isSampled,
  parseTraceContext,
  spanIdOf,
  traceContextOf,
  traceContextText,
  traceFlagsOf,
  traceIdOf,
  withNewSpan,
} from './trace-context.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SPAN = '00f067aa0ba902b7'
const parent = `00-${TRACE}-${SPAN}-01`

test('a context is read from its headers', () => {
  assert.deepEqual(parseTraceContext(parent), { traceparent: parent })
  assert.deepEqual(parseTraceContext(parent, 'a=1, b=2 ,,c@d=x y'), { traceparent: parent, tracestate: 'a=1,b=2,c@d=x y' })
  assert.deepEqual([traceIdOf(parent), spanIdOf(parent), traceFlagsOf(parent), isSampled(parent)], [TRACE, SPAN, 1, true])
  assert.equal(isSampled(`00-${TRACE}-${SPAN}-02`), false)
})

test('a malformed traceparent is ignored, as the specification says', () => {
  const malformed = [
    undefined,
    ['x'],
    '',
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-01-`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `0g-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-0g`,
    ` ${parent}`,
    // Two headers, as Node joins them.
    `${parent}, ${parent}`,
    `cc-${TRACE}-${SPAN}-01.x`,
  ]
  for (const header of malformed) assert.equal(parseTraceContext(header), undefined, String(header))
})

test('of a later version the known part is read, and unknown flags are 0', () => {
  assert.equal(parseTraceContext(`cc-${TRACE}-${SPAN}-01-what-follows`)?.traceparent, parent)
  assert.equal(parseTraceContext(`00-${TRACE}-${SPAN}-ff`)?.traceparent, `00-${TRACE}-${SPAN}-03`)
  assert.equal(parseTraceContext(`00-${TRACE}-${SPAN}-f8`)?.traceparent, `00-${TRACE}-${SPAN}-00`)
})

test('a malformed tracestate is left out, and the trace goes on', () => {
  const list = (members: number) => Array.from({ length: members }, (_, i) => `k${i}=1`).join(',')
  for (const state of ['', ' ,', 'a', 'a=', '=1', 'A=1', 'a=1,a=2', 'a=b=c', 'a=é', 'a@b@c=1', list(33), 7])
    assert.deepEqual(parseTraceContext(parent, state), { traceparent: parent }, String(state))
  assert.equal(parseTraceContext(parent, list(32))?.tracestate, list(32))
})

test('a long tracestate loses its long members first, then its last', () => {
  const long = `l=${'x'.repeat(200)}`
  const short = Array.from({ length: 30 }, (_, i) => `k${String(i).padStart(2, '0')}=${'y'.repeat(20)}`)
  const state = parseTraceContext(parent, [long, ...short].join(','))!.tracestate!
  assert.equal(state, short.slice(0, 20).join(','))
  assert.ok(state.length <= 512)
})

test('a new span stays in the trace, and texts give the same context back', () => {
  const context = parseTraceContext(parent, 'a=1')!
  const child = withNewSpan(context, random(1))
  assert.equal(traceIdOf(child.traceparent), TRACE)
  assert.notEqual(spanIdOf(child.traceparent), SPAN)
  assert.deepEqual(parseTraceContext(child.traceparent, child.tracestate), child)
  assert.equal(spanIdOf(withNewSpan(context, () => 0).traceparent), '0000000000000001', 'an id of zeros is invalid')
  for (const each of [child, { traceparent: parent }]) assert.deepEqual(traceContextOf(traceContextText(each)), each)
})
