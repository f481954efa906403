/**
 * All planted faults of the proofs, each with the program that searches for it: exit code 1 once it is detected, with the finding on the
 * last line.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ENGINES_FOLDER } from '../../scripts/engines/engine.ts'
import { kafka } from '../../scripts/engines/kafka.ts'
import { httpFaults } from '../crash/http-faults.ts'
import { recoveryFaults } from '../crash/recovery-faults.ts'
import { tableFaults } from '../crash/table-faults.ts'
import { httpFaults as httpInputFaults } from '../inputs/http-faults.ts'
import { outboxFaults } from '../inputs/outbox-faults.ts'
import { topicFaults } from '../inputs/topic-faults.ts'
import { kafkaFaults } from '../kafka/proof/planted-faults.ts'
import { skip } from '../postgres/server.ts'
import type { Edit } from './edit.ts'

export interface PlantedFault {
  /** The proof, and its part. */
  readonly by: string
  readonly name: string
  readonly edit: Edit
  /** The program from the root of this checkout, and its arguments. */
  readonly check: readonly string[]
  /** Reason why it cannot be searched for here. */
  readonly skip: string | false
}

/** Kafka is not brought for it: that takes minutes. */
const noKafka = existsSync(join(ENGINES_FOLDER, 'packages', `kafka-${kafka.versions[0]}`))
  ? false
  : 'Kafka is not installed: npm run engines -- up kafka installs it'

export const planted: readonly PlantedFault[] = [
  ...all('crash on a model store', recoveryFaults, ({ seed = 1 }) => ['test/crash/check-model.ts', String(seed), '300']),
  ...all('crash over HTTP', httpFaults, () => ['test/crash/check-http.ts', '1', '8', '3']),
  ...all('crash over PostgreSQL', tableFaults, () => ['test/crash/check-tables.ts', '1', '8', '3'], skip),
  ...all('inputs over HTTP', httpInputFaults, () => ['test/inputs/check-http.ts', '1', '12']),
  ...all('inputs of an outbox', outboxFaults, () => ['test/inputs/check-outbox.ts', '1', '8'], skip),
  ...all('inputs of a topic', topicFaults, () => ['test/inputs/check-topic.ts', '1', '12']),
  ...all('kafka', kafkaFaults, ({ seeds }) => ['test/kafka/proof/check.ts', ...seeds.map(String)], noKafka),
]

function all<E extends Edit>(
  by: string,
  faults: Readonly<Record<string, E>>,
  checkOf: (edit: E) => readonly string[],
  skipped: string | false = false,
): PlantedFault[] {
  return Object.entries(faults).map(([name, edit]) => ({ by, name, edit, check: checkOf(edit), skip: skipped }))
}
