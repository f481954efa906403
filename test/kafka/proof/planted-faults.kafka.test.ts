/** The proof with planted faults, each of which it finds. */
import { test } from 'node:test'
import { assertDetected } from '../../faults/detection.ts'
import { kafkaFaults } from './planted-faults.ts'

const [SEED, CASES] = ['1', '30']
const SECONDS = 600

for (const [name, fault] of Object.entries(kafkaFaults))
  test(`it is found that ${name}`, () =>
    assertDetected(['test/kafka/proof/check.ts', SEED, CASES], fault, { finding: fault.finding, seconds: SECONDS }))
