import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KafkaApi, kafkaApis } from '../proxy/frames.ts'
import { type CaseFault, generateKafkaCase } from './scenario.ts'

const CASES = 3000

function requestOf(fault: CaseFault): KafkaApi | undefined {
  if (fault.kind === 'rebalance') return fault.leaving?.api
  return fault.kind === 'kill at request' || fault.kind === 'disturb request' ? fault.plan.api : undefined
}

test('the cases have faults of each request that the processes send', () => {
  const drawn = new Set<KafkaApi | undefined>()
  for (let seed = 1; seed <= CASES; seed++) for (const fault of generateKafkaCase(seed).faults) drawn.add(requestOf(fault))
  assert.deepEqual(
    Object.keys(kafkaApis).filter(api => !drawn.has(api as KafkaApi)),
    [],
  )
})
