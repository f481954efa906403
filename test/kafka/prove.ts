/**
 * `npm run prove -- kafka --cases N --seed S [--engines 3.9.2]`: a gate and a run as processes over a real broker, through a proxy that cuts
 * connections between requests and answers, killed by `kill -9` and restarted at any moment, and the broker too. In some cases a second run joins
 * and leaves the group of the first, so that partitions move in the middle of the records.
 *
 * At the end of a case every raw record is decided once in the topics of the gate, for readers of transactions and for others; every checked event is
 * once in the log, the decisions and the effects of a run, or once among the dead letters of a run; and no effect, decision or dead letter has two
 * keys in its topic. A case takes some seconds; several are proved at a time, each over a broker of its own. The first one that fails ends the proof.
 */
import { availableParallelism } from 'node:os'
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
  /** Records that gates have acknowledged over HTTP. */
  readonly acknowledged: number
  /** Requests over HTTP that were repeated for want of an answer. */
  readonly resent: number
  /** Deliveries of effects, decisions and dead letters that were repeated, under the same key. */
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
const FAULTS_LEAST = 1
const SHOWN = 3
/** Cases for which a broker more is started: a case waits most of its time. */
const LANE_CASES = 8

export async function prove({
  cases,
  seed,
  engines: [version] = kafka.versions,
}: {
  readonly cases: number
  readonly seed: number
  readonly engines?: readonly string[]
}): Promise<KafkaResult> {
  const results = (await provedCases(version, seed, cases)).toSorted((a, b) => a.seed - b.seed)
  const sum = (of: (result: KafkaCaseResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const happened = results.flatMap(result => result.happened)
  return {
    cases: results.length,
    version,
    records: sum(result => result.records),
    events: sum(result => result.events),
    rejected: sum(result => result.rejected),
    acknowledged: sum(result => result.acknowledged),
    resent: sum(result => result.resent),
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
      faults
        .slice(0, SHOWN)
        .map(fault => ({ seed: of, fault, again: `npm run prove -- kafka --cases 1 --seed ${of} --engines ${version}` })),
    ),
  }
}

/** The cases, in several lanes. After a case that fails no lane begins another. */
async function provedCases(version: string, seed: number, cases: number): Promise<KafkaCaseResult[]> {
  const results: KafkaCaseResult[] = []
  const folder = scratchFolder('kafka-proof')
  let begun = 0
  const live = async (world: KafkaWorld): Promise<void> => {
    try {
      while (begun < cases && results.every(({ faults }) => faults.length === 0)) {
        const result = await runKafkaCase((seed + begun++) >>> 0, world, folder)
        results.push(result)
        console.error(`kafka: case ${results.length} of ${cases}: ${lineOf(result)}`)
      }
    } finally {
      await world.close()
    }
  }
  const count = Math.min(availableParallelism() + 1, Math.ceil(cases / LANE_CASES))
  const lanes: Promise<void>[] = []
  // One after another: a port that is free for one broker could be taken by the next before the first has opened it.
  while (lanes.length < count) lanes.push(live(await KafkaWorld.start(version)))
  await Promise.all(lanes)
  return results
}

export const holds = ({ cases, faults, failures }: KafkaResult): boolean =>
  cases > 0 && failures.length === 0 && faults >= FAULTS_LEAST * cases

function lineOf({ seed, records, events, acknowledged, happened, faults, ms }: KafkaCaseResult): string {
  const found = faults.length === 0 ? 'right' : `WRONG: ${faults[0]}`
  const intake = acknowledged > 0 ? `, ${acknowledged} over HTTP` : ''
  return `seed ${seed}, ${records} records${intake}, ${events} events, ${happened.join('; ') || 'no fault'}, ${(ms / 1000).toFixed(1)} s: ${found}`
}
