import { suite, test } from 'node:test'
import { assertDetected } from '../faults/detection.ts'
import { topicFaults } from './topic-faults.ts'

const TOPICS = 12
const SECONDS = 120

suite('the proof of inputs over a topic finds it if', { concurrency: 2 }, () => {
  for (const [name, edit] of Object.entries(topicFaults))
    test(name, () =>
      assertDetected(['test/inputs/check-topic.ts', '1', String(TOPICS)], edit, { finding: /^topic \d+: /m, seconds: SECONDS }),
    )
})
