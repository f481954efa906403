/** Faults of requests are reported where they happened, and none is left to another case. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KafkaApi } from '../proxy/frames.ts'
import { ProxyFault, type ProxyFaultPlan } from '../proxy/proxy-fault.ts'
import { CaseDeadline } from './case-deadline.ts'
import { happenedFault, rebalance } from './case-faults.ts'
import { faultText } from './scenario.ts'

/** A proxy whose requests are those of the test. */
class ScriptedProxy {
  readonly planned: ProxyFault[] = []
  readonly #answers = new Map<KafkaApi, number>()

  plan(plan: ProxyFaultPlan): ProxyFault {
    const fault = new ProxyFault(plan)
    this.planned.push(fault)
    return fault
  }

  withdraw(fault: ProxyFault): void {
    const index = this.planned.indexOf(fault)
    if (index >= 0) this.planned.splice(index, 1)
  }

  answered(api: KafkaApi): number {
    return this.#answers.get(api) ?? 0
  }

  /** A request of the API, which meets the first fault that is planned for it. */
  request(api: KafkaApi): void {
    this.#answers.set(api, this.answered(api) + 1)
    const index = this.planned.findIndex(({ plan }) => plan.api === api)
    for (const fault of index < 0 ? [] : this.planned.splice(index, 1)) fault.happen()
  }
}

/** A scene over such a proxy. `leave`: the second run as it ends. */
function sceneOf(proxy: ScriptedProxy, leave = (): void => {}) {
  const member = {
    start: () => (proxy.request('JoinGroup'), undefined),
    kill: async () => leave(),
    terminate: async () => leave(),
  }
  return {
    deadline: new CaseDeadline(5000, () => undefined),
    isSettled: false,
    kafkaCase: { seed: 1, partitions: 1, sharing: 'classic', writes: [], faults: [] },
    world: { proxies: { gate: proxy, run: proxy, member: proxy } },
    processes: { gate: member, run: member, member },
  } as const
}

const description = {
  kind: 'disturb request',
  process: 'gate',
  plan: { api: 'DescribeTransactions', kind: 'hold request' },
  cause: { api: 'EndTxn', kind: 'lose answer' },
} as const

test('the cause of a request is taken back once the request has come without it', async () => {
  const proxy = new ScriptedProxy()
  const happened = happenedFault(sceneOf(proxy), description)
  proxy.request('DescribeTransactions')
  assert.equal((await happened)?.hasHappened, true)
  assert.deepEqual(proxy.planned, [])
})

test('a request that never comes leaves neither its fault nor its cause', async () => {
  const proxy = new ScriptedProxy()
  assert.equal(await happenedFault({ ...sceneOf(proxy), isSettled: true }, description), undefined)
  assert.deepEqual(proxy.planned, [])
})

const leaving = { api: 'LeaveGroup', kind: 'lose answer' } as const
const rebalanceFault = { kind: 'rebalance', afterMs: 0, staysMs: 0, leaves: 'end', joining: undefined, leaving } as const

for (const isSent of [true, false])
  test(`a rebalance is reported ${isSent ? 'with' : 'without'} the fault of a request to leave that ${isSent ? 'came' : 'never came'}`, async () => {
    const proxy = new ScriptedProxy()
    const scene = sceneOf(proxy, () => {
      if (isSent) proxy.request('LeaveGroup')
    })
    const happened = await rebalance(scene, rebalanceFault)
    assert.equal(faultText(happened), isSent ? 'rebalance, end member, lose answer LeaveGroup' : 'rebalance, end member')
    assert.deepEqual(proxy.planned, [])
  })
