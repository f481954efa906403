/** The faults of a case, made one after another while its processes work. */
import { pause } from '../../../src/base/clock.ts'
import { endTxnErrorOf } from '../proxy/frames.ts'
import type { ProxyFault } from '../proxy/proxy-fault.ts'
import type { CaseScene } from './case-scene.ts'
import { type CaseFault, faultText } from './scenario.ts'

/** Between two records that a gate which was fenced gets to notice it, and how long the broker is away, ms. */
const [NUDGE_MS, AWAY_MS] = [300, 200]
const RUBBISH = 'no json'

export async function makeFaults(scene: CaseScene): Promise<void> {
  for (const fault of scene.kafkaCase.faults) if (await makeFault(scene, fault)) scene.happened.push(faultText(fault))
}

/** Returns false if there was no such request. */
async function makeFault(scene: CaseScene, fault: CaseFault): Promise<boolean> {
  const { processes, world } = scene
  switch (fault.kind) {
    case 'kill': {
      await pause(fault.afterMs)
      const killed = processes[fault.process]
      await killed.kill()
      killed.start()
      return true
    }
    case 'kill at request': {
      const planned = await happenedFault(scene, fault)
      if (!planned) return false
      const killed = processes[fault.process]
      await killed.kill()
      planned.release()
      killed.start()
      return true
    }
    case 'disturb request': {
      const planned = await happenedFault(scene, fault)
      if (!planned) return false
      await pause(fault.plan.ms ?? 0)
      planned.release()
      return true
    }
    case 'kill broker': {
      await pause(fault.afterMs)
      await world.proxied.broker.kill()
      await pause(AWAY_MS)
      await world.proxied.broker.restart()
      return true
    }
    case 'rebalance':
      await rebalance(scene, fault)
      return true
    case 'second gate':
      await fenceGate(scene)
      return true
    case 'late end':
      await delayEnd(scene)
      return true
  }
}

/** The fault of a request once it has happened; undefined if there was no such request. */
async function happenedFault(
  scene: CaseScene,
  fault: Extract<CaseFault, { readonly kind: 'kill at request' | 'disturb request' }>,
): Promise<ProxyFault | undefined> {
  const proxy = scene.world.proxies[fault.process]
  const planned = proxy.plan(fault.plan)
  const cause = fault.cause && proxy.plan(fault.cause)
  await scene.deadline.until(`waiting for ${faultText(fault)}`, () => planned.hasHappened || scene.isSettled)
  if (planned.hasHappened) return planned
  for (const each of [planned, cause]) if (each) proxy.withdraw(each)
  return undefined
}

async function rebalance(
  { processes: { member }, world: { proxies }, deadline, kafkaCase: { sharing } }: CaseScene,
  { afterMs, staysMs, leaves, leaving }: Extract<CaseFault, { readonly kind: 'rebalance' }>,
): Promise<void> {
  await pause(afterMs)
  const api = sharing === 'classic' ? 'JoinGroup' : 'ConsumerGroupHeartbeat'
  const before = proxies.member.answered(api)
  member.start()
  await deadline.until('the second run joins the group', () => proxies.member.answered(api) > before)
  await pause(staysMs)
  const planned = leaving && proxies.member.plan(leaving)
  await deadline.result('the second run leaves the group', leaves === 'kill' ? member.kill() : member.terminate())
  if (planned) proxies.member.withdraw(planned)
  member.start()
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
