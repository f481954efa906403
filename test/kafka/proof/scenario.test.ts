import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GroupProtocol } from '../../../src/kafka/port/driver.ts'
import { type KafkaApi, kafkaApis } from '../proxy/frames.ts'
import { type CaseFault, generateKafkaCase } from './scenario.ts'
import { sweep } from '../../sweep.ts'

const CASES = sweep(1000, 3000)

function requestOf(fault: CaseFault): KafkaApi | undefined {
  if (fault.kind === 'rebalance') return fault.leaving?.api
  return fault.kind === 'kill at request' || fault.kind === 'disturb request' ? fault.plan.api : undefined
}

/** Requests without a fault in any of the first cases over a broker that serves some protocols of groups. */
function undisturbed(protocols: readonly GroupProtocol[]): readonly string[] {
  const disturbed = new Set<string | undefined>()
  for (let seed = 1; seed <= CASES; seed++) for (const fault of generateKafkaCase(seed, protocols).faults) disturbed.add(requestOf(fault))
  return Object.keys(kafkaApis).filter(api => !disturbed.has(api))
}

test('the cases have faults of each request that the processes send', () => {
  assert.deepEqual(undisturbed(['classic', 'consumer']), [])
})

test('the cases of a broker that serves no groups by `consumer` have no fault of its heartbeat', () => {
  assert.deepEqual(undisturbed(['classic']), ['ConsumerGroupHeartbeat'])
})
