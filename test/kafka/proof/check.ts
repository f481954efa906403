/** Started with a planted fault, `check.ts SEED…`: exit code 0 if none of these cases of `prove kafka` detects it. */
import { kafka } from '../../../scripts/engines/kafka.ts'
import { scratchFolder } from '../../scratch.ts'
import { KafkaWorld } from './case-scene.ts'
import { runKafkaCase } from './kafka-case.ts'

/** A record that a fault has lost is never decided, so a case with one takes all of its time. */
const CASE_MS = 120_000

const world = await KafkaWorld.start(kafka.versions[0], CASE_MS)
try {
  const folder = scratchFolder('kafka-check')
  for (const seed of process.argv.slice(2).map(Number)) {
    const { faults } = await runKafkaCase(seed, world, folder)
    if (faults.length === 0) continue
    console.log(`case ${seed}: ${faults[0]}`)
    process.exitCode = 1
    break
  }
} finally {
  await world.close()
}
