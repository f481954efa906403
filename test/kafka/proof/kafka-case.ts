/** Runs one case of `prove kafka` and judges it. */
import { rmSync } from 'node:fs'
import { pause, stopwatch } from '../../../src/base/clock.ts'
import { protocolsOf } from '../brokers.ts'
import { makeFaults } from './case-faults.ts'
import { CaseScene, type KafkaWorld } from './case-scene.ts'
import { earlyFaults, gateFaults, intakeFaults } from './case-verdict.ts'
import { runFaults } from './run-verdict.ts'
import { disturbedKeys, generateKafkaCase, processNames } from './scenario.ts'

export interface KafkaCaseResult {
  readonly seed: number
  readonly partitions: number
  /** Raw records, events among them, and rejected records. */
  readonly records: number
  readonly events: number
  readonly rejected: number
  /** Records that the gate has acknowledged over HTTP, and requests that were repeated. */
  readonly acknowledged: number
  readonly resent: number
  /** Records in the topics of the runs beyond one for each effect, decision and dead letter: deliveries that were repeated. */
  readonly repeated: number
  /** Processes that were started beyond one of each kind. */
  readonly restarts: number
  /** Faults that happened. */
  readonly happened: readonly string[]
  /** The laws that did not hold, in words. */
  readonly faults: readonly string[]
  readonly ms: number
}

const OUTPUT_MAX = 1500

export async function runKafkaCase(seed: number, world: KafkaWorld, folder: string): Promise<KafkaCaseResult> {
  const began = stopwatch()
  const protocols = protocolsOf(world.version)
  const disturbed = disturbedKeys(protocols)
  const scene = await CaseScene.open(generateKafkaCase(seed, protocols), world, folder)
  const faults: string[] = []
  try {
    await live(scene)
    const { topics, acknowledged, gateClient, folders, kafkaCase } = scene
    const data = kafkaCase.sharing ? [folders.run, folders.member] : [folders.run]
    faults.push(...scene.problems, ...gateFaults(topics, acknowledged), ...intakeFaults(topics, gateClient.acknowledged))
    faults.push(...runFaults(topics, data))
    for (const { problems } of Object.values(scene.processes)) faults.push(...problems)
    for (const name of processNames)
      for (const key of world.proxies[name].answeredKeys)
        if (!disturbed[name].has(key)) faults.push(`no fault can hit a request of the ${name} with key ${key}: name it in scenario.ts`)
  } catch (error) {
    const outputs = processNames.map(name => `${name}: ${scene.processes[name].output.slice(-OUTPUT_MAX)}`)
    faults.push([(error as Error).message, ...outputs].join('\n'))
  }
  // A process that was left running after a failure must not write into the next case.
  for (const name of processNames) await scene.processes[name].kill()
  if (faults.length === 0) {
    await scene.removeTopics()
    for (const data of Object.values(scene.folders)) rmSync(data, { recursive: true, force: true })
  }
  return { ...countsOf(scene), happened: scene.happened, faults, ms: stopwatch() - began }
}

async function live(scene: CaseScene): Promise<void> {
  const { processes, deadline, topics } = scene
  processes.gate.start()
  processes.run.start()
  const faults = makeFaults(scene)
  // Awaited below; until then the deadline ends the case.
  faults.catch(() => {})
  await write(scene)
  const { raw, checked, rejected, effects, decisions, deadLetters, uncommitted } = topics
  const isComplete = async (): Promise<boolean> => {
    if (!(await scene.refresh([checked, rejected, effects, decisions, deadLetters, raw]))) return false
    scene.problems.push(...earlyFaults(topics))
    return scene.isComplete()
  }
  await deadline.until(() => unfinished(scene), isComplete)
  scene.isSettled = true
  await deadline.result('the faults', faults)
  await deadline.until(() => unfinished(scene), isComplete)
  await deadline.result('the gate ends', processes.gate.terminate())
  await deadline.result('the run ends', processes.run.terminate())
  await deadline.result('the second run ends', processes.member.terminate())
  await deadline.until('reading the topics at the end', () =>
    scene.refresh([checked, rejected, effects, decisions, deadLetters, uncommitted.checked, uncommitted.rejected, raw]),
  )
}

/** Writes some records before the gate has read anything, and the others while it works. */
async function write(scene: CaseScene): Promise<void> {
  const { world, deadline, kafkaCase } = scene
  const [first, ...others] = kafkaCase.writes
  await scene.append(first.partition, first.values)
  const fetches = world.proxies.gate.answered('Fetch')
  await deadline.until('the gate reads', () => world.proxies.gate.answered('Fetch') > fetches)
  const sent: Promise<void>[] = []
  for (const { way, partition, values, pauseMs } of others) {
    await pause(pauseMs)
    if (way === 'topic') await scene.append(partition, values)
    else sent.push(scene.send(values))
    // Awaited below; until then the deadline ends the case.
    sent.at(-1)?.catch(() => {})
  }
  await Promise.all(sent)
}

const unfinished = (scene: CaseScene): string =>
  scene
    .progress()
    .filter(([found, expected]) => found < expected)
    .map(([found, expected, place]) => `${found} of ${expected} ${place}`)
    .join(', ') || `reading the topics: ${scene.world.observer.problem ?? ''}`

function countsOf({ kafkaCase, topics, processes, gateClient }: CaseScene) {
  const { raw, checked, rejected, effects, decisions, deadLetters } = topics
  const repeated = [effects, decisions, deadLetters].reduce((sum, topic) => sum + topic.all.length - topic.distinct, 0)
  return {
    seed: kafkaCase.seed,
    partitions: kafkaCase.partitions,
    records: raw.all.length,
    events: checked.all.length,
    rejected: rejected.all.length,
    acknowledged: gateClient.acknowledged.length,
    resent: gateClient.repeated,
    repeated,
    restarts: processNames.reduce((sum, name) => sum + Math.max(0, processes[name].starts - 1), 0),
  }
}
