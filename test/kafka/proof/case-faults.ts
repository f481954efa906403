/** The faults of a case, made one after another while its processes work. */
import { pause } from '../../../src/base/clock.ts'
import { endTxnErrorOf } from '../proxy/frames.ts'
import type { KafkaProxy } from '../proxy/kafka-proxy.ts'
import type { ProxyFault } from '../proxy/proxy-fault.ts'
import type { CaseScene } from './case-scene.ts'
import { type CaseFault, faultText, type ProcessName, repeatedApis } from './scenario.ts'
import type { SupervisedProcess } from './supervised-process.ts'

/** Between two records that a gate which was fenced gets to notice it, and how long the broker is away, ms. */
const [NUDGE_MS, AWAY_MS] = [300, 200]
const RUBBISH = 'no json'

type Rebalance = Extract<CaseFault, { readonly kind: 'rebalance' }>
type AtRequest = Extract<CaseFault, { readonly kind: 'kill at request' | 'disturb request' }>

/** The part of a scene that faults of requests need. */
interface RequestScene extends Pick<CaseScene, 'deadline' | 'isSettled' | 'kafkaCase'> {
  readonly world: { readonly proxies: Readonly<Record<ProcessName, Pick<KafkaProxy, 'plan' | 'withdraw' | 'answered'>>> }
  readonly processes: Readonly<Record<ProcessName, Pick<SupervisedProcess, 'start' | 'kill' | 'terminate'>>>
}

export async function makeFaults(scene: CaseScene): Promise<void> {
  for (const fault of scene.kafkaCase.faults) {
    const happened = await makeFault(scene, fault)
    if (happened) scene.happened.push(faultText(happened))
  }
}

/** The fault as it happened; undefined if there was no such request. */
async function makeFault(scene: CaseScene, fault: CaseFault): Promise<CaseFault | undefined> {
  const { processes, world } = scene
  switch (fault.kind) {
    case 'kill': {
      await pause(fault.afterMs)
      const killed = processes[fault.process]
      await killed.kill()
      killed.start()
      return fault
    }
    case 'kill at request': {
      const planned = await happenedFault(scene, fault)
      if (!planned) return undefined
      const killed = processes[fault.process]
      await killed.kill()
      planned.release()
      killed.start()
      return fault
    }
    case 'disturb request': {
      const planned = await happenedFault(scene, fault)
      if (!planned) return undefined
      if (fault.plan.kind === 'late request') await untilRepeated(scene, fault)
      await pause(fault.plan.ms ?? 0)
      planned.release()
      return fault
    }
    case 'kill broker': {
      await pause(fault.afterMs)
      await world.proxied.broker.kill()
      await pause(AWAY_MS)
      await world.proxied.broker.restart()
      return fault
    }
    case 'rebalance':
      return rebalance(scene, fault)
    case 'second gate':
      await fenceGate(scene)
      return fault
    case 'late end':
      await delayEnd(scene)
      return fault
  }
}

/** The fault of a request once it has happened; undefined if there was no such request. */
export async function happenedFault(scene: RequestScene, fault: AtRequest): Promise<ProxyFault | undefined> {
  const proxy = scene.world.proxies[fault.process]
  const planned = proxy.plan(fault.plan)
  const cause = fault.cause && proxy.plan(fault.cause)
  await scene.deadline.until(`waiting for ${faultText(fault)}`, () => planned.hasHappened || scene.isSettled)
  // The request may have come without its cause.
  if (cause) proxy.withdraw(cause)
  if (planned.hasHappened) return planned
  proxy.withdraw(planned)
  return undefined
}

async function untilRepeated(scene: RequestScene, { process, plan: { api } }: AtRequest): Promise<void> {
  if (!repeatedApis.has(api)) return
  const proxy = scene.world.proxies[process]
  const before = proxy.answered(api)
  await scene.deadline.until(`the ${process} repeats ${api}`, () => proxy.answered(api) > before || scene.isSettled)
}

/** The rebalance, with the fault of the request by which the second run left, if that has happened. */
export async function rebalance(
  { processes: { member }, world: { proxies }, deadline, kafkaCase: { sharing } }: RequestScene,
  fault: Rebalance,
): Promise<Rebalance> {
  const { afterMs, staysMs, leaves, joining, leaving } = fault
  await pause(afterMs)
  const api = sharing === 'classic' ? 'JoinGroup' : 'ConsumerGroupHeartbeat'
  const before = proxies.member.answered(api)
  const joined = joining && proxies.member.plan(joining)
  member.start()
  await deadline.until('the second run joins the group', () => proxies.member.answered(api) > before)
  await pause(staysMs)
  if (joined) proxies.member.withdraw(joined)
  const planned = leaving && proxies.member.plan(leaving)
  await deadline.result('the second run leaves the group', leaves === 'kill' ? member.kill() : member.terminate())
  if (planned) proxies.member.withdraw(planned)
  member.start()
  return { ...fault, joining: joined?.hasHappened ? joining : undefined, leaving: planned?.hasHappened ? leaving : undefined }
}

/** Starts a second gate. The first must end with its named error; its writes are judged with all others. */
async function fenceGate(scene: CaseScene): Promise<void> {
  const { processes, world, deadline, writersBefore } = scene
  const { partitions } = scene.kafkaCase
  const opened = (): number => world.proxies.gate.answered('InitProducerId')
  await deadline.until('the first gate opens its writers', () => opened() >= writersBefore + partitions)
  const before = opened()
  const first = processes.gate.start()!
  await deadline.until('the second gate opens its writers', () => opened() >= before + partitions)
  const end: { error?: string | undefined; isOver?: true } = {}
  void first.exit().then(error => Object.assign(end, { error, isOver: true }))
  await deadline.until('the first gate ends', async () => {
    if (end.isOver) return true
    // It notices a successor when it writes.
    for (let partition = 0; partition < partitions; partition++) await scene.append(partition, [RUBBISH])
    await pause(NUDGE_MS)
    return end.isOver ?? false
  })
  if (!/SPILL_FENCED/.test(end.error ?? '')) scene.problems.push(`the first of two gates ended with: ${end.error ?? 'no error'}`)
}

/** The end of a transaction waits until the gate, which had no answer, has written the batch anew and is about to end that transaction. */
async function delayEnd(scene: CaseScene): Promise<void> {
  const { world, deadline, names } = scene
  const proxy = world.proxies.gate
  const late = proxy.plan({ api: 'EndTxn', kind: 'late request' })
  await scene.append(0, [RUBBISH])
  await deadline.until('the end of a transaction', () => late.hasHappened)
  const next = proxy.plan({ api: 'EndTxn', kind: 'hold request' })
  await deadline.until('the end of the transaction with the same records', () => next.hasHappened)
  const stableEnds = async (): Promise<string> => {
    const ends: number[] = []
    const isReached = await world.observer.tryTo(async driver => {
      for (const topic of [names.checked, names.rejected]) ends.push((await driver.offsets(topic, [0], 'stable')).get(0)!)
    })
    if (!isReached) scene.problems.push('the broker is away')
    return ends.join(' ')
  }
  const before = await stableEnds()
  late.release()
  const error = endTxnErrorOf(await deadline.result('the answer to the late end', late.answer))
  if (error === 0) scene.problems.push('the broker has taken the late end of a transaction')
  const after = await stableEnds()
  if (after !== before) scene.problems.push(`the late end of a transaction made records visible: ends ${before}, then ${after}`)
  next.release()
}
