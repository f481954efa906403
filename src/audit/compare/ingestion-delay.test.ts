import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PipelineIR } from '../../define/ir/ir.ts'
import type { ReplayLog } from '../../replay/log.ts'
import { ingestionDelays } from './ingestion-delay.ts'

const source = (...delays: readonly number[]) => ({
  block: {
    length: delays.length,
    time: Float64Array.from(delays, (_, i) => i * 100),
    arrival: Float64Array.from(delays, (delay, i) => i * 100 + delay),
  },
})

test('the delay of a group is the median of its source, if arrivals were recorded', () => {
  const groups = ['a', 'b', 'c', 'd'].map(name => ({ name, source: name })) as unknown as PipelineIR['groups']
  const histories = new Map(Object.entries({ a: source(7, 90, 5), b: source(0, 0, 0), c: source() })) as unknown as ReplayLog['histories']
  assert.deepEqual(ingestionDelays({ groups }, { histories }), new Map([['a', 7]]))
  const many = new Map([['a', source(...Array.from({ length: 30_000 }, (_, i) => i % 7))]]) as unknown as ReplayLog['histories']
  assert.equal(ingestionDelays({ groups }, { histories: many }).get('a'), 3)
})
