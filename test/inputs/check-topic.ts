/** Started with a planted fault, `check-topic.ts SEED TOPICS`: exit code 0 if none of the topics detects it. */
import { random } from '../../src/base/random.ts'
import { TestRegistry } from '../kafka-formats/test-registry.ts'
import { accountTopic, memoryInputs } from './topic-door.ts'

const [first, topics] = process.argv.slice(2).map(Number)
const registry = await TestRegistry.start()
const cluster = memoryInputs()
for (let seed = first; seed < first + topics && process.exitCode === undefined; seed++) {
  const { faults } = await accountTopic(random(seed), cluster, registry)
  if (faults.length === 0) continue
  console.log(`topic ${seed}: ${faults[0]}`)
  process.exitCode = 1
}
await registry.close()
