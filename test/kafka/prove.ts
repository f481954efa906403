/**
 * `npm run prove -- kafka --cases N --seed S [--engines 3.9.2]`: a gate and a run as processes over one real broker, through a proxy that cuts
 * connections between requests and answers, killed by `kill -9` and restarted at any moment, and the broker too.
 *
 * At the end of a case every raw record is decided once in the topics of the gate, for readers of transactions and for others; every checked event is
 * once in the log, the decisions and the effects of the run; and no effect has two keys. A case takes some seconds. The first one that fails
 * ends the proof.
 */
import { kafka } from '../../scripts/engines/kafka.ts'
import { scratchFolder } from '../scratch.ts'
import { KafkaWorld } from './proof/case-scene.ts'
import { type KafkaCaseResult, runKafkaCase } from './proof/kafka-case.ts'

export interface KafkaResult {
  readonly cases: number
  /** The version of the broker. */
  readonly version: string
  readonly records: number
  readonly events: number
  readonly rejected: number
  /** Deliveries of effects that were repeated, under the same key. */
  readonly repeated: number
  /** Processes that were started again. */
  readonly restarts: number
  /** Faults that happened. */
  readonly faults: number
  /** The same, by kind. */
  readonly kinds: Readonly<Record<string, number>>
  readonly seed: number
  readonly failures: readonly { readonly seed: number; readonly fault: string; readonly again: string }[]
}

/** Faults a case that must have happened, on average: some requests never come. */
const FAULTS_LEAST = 0.5
const SHOWN = 3

export async function prove({
  cases,
  seed,
  engines: [version] = kafka.versions,
}: {
  readonly cases: number
  readonly seed: number
  readonly engines?: readonly string[]
}): Promise<KafkaResult> {
  const results: KafkaCaseResult[] = []
  const folder = scratchFolder('kafka-proof')
  const world = await KafkaWorld.start(version)
  try {
    while (results.length < cases && results.every(({ faults }) => faults.length === 0)) {
      const result = await runKafkaCase((seed + results.length) >>> 0, world, folder)
      results.push(result)
      console.error(`kafka: case ${results.length} of ${cases}: ${lineOf(result)}`)
    }
  } finally {
    await world.close()
  }
  const sum = (of: (result: KafkaCaseResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const happened = results.flatMap(result => result.happened)
  return {
    cases: results.length,
    version,
    records: sum(result => result.records),
    events: sum(result => result.events),
    rejected: sum(result => result.rejected),
    repeated: sum(result => result.repeated),
    restarts: sum(result => result.restarts),
    faults: happened.length,
    kinds: Object.fromEntries(
      Array.from(
        Map.groupBy(happened.toSorted(), kind => kind),
        ([kind, all]) => [kind, all.length],
      ),
    ),
    seed,
    failures: results.flatMap(({ seed: of, faults }) =>
      faults.slice(0, SHOWN).map(fault => ({ seed: of, fault, again: `npm run prove -- kafka --cases 1 --seed ${of}` })),
    ),
  }
}

export const holds = ({ cases, faults, failures }: KafkaResult): boolean =>
  cases > 0 && failures.length === 0 && faults >= FAULTS_LEAST * cases

function lineOf({ seed, records, events, happened, faults, ms }: KafkaCaseResult): string {
  const found = faults.length === 0 ? 'right' : `WRONG: ${faults[0]}`
  return `seed ${seed}, ${records} records, ${events} events, ${happened.join('; ') || 'no fault'}, ${(ms / 1000).toFixed(1)} s: ${found}`
}
