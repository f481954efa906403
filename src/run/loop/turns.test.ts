import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelStore } from '../../../test/crash/model-store.ts'
import { turns } from '../../../test/crash/turns.ts'
import { check, pay, shop, start } from '../../../test/serve/shop.ts'
import { limits } from '../../base/limits.ts'
import { recordBatchOf } from '../../intake/record-batch.ts'
import { Run } from './run.ts'
import { Ticks } from './ticks.ts'
import { Turns } from './turns.ts'

const MINUTE = 60_000

/** A round of load: some events, and a request for a decision. */
async function decisionsUnderLoad(rounds: number, events: number): Promise<number> {
  const run = new Run(shop, { store: new ModelStore(undefined, true), clock: () => start })
  let [pending, mostPending] = [0, 0]
  const decisions = []
  for (let round = 0; round < rounds; round++) {
    void run.submit('payments', recordBatchOf(Array.from({ length: events }, (_, i) => pay(`${round}-${i}`))))
    pending++
    const { durable } = run.requestDecision(check.name, { card: 'c', amount: 1 })
    decisions.push(durable.then(() => pending--))
    await turns(1)
    mostPending = Math.max(mostPending, pending)
  }
  await Promise.all(decisions)
  await run.stop()
  return mostPending
}

test('however long a load of events lasts, a requested decision waits for a bounded number of turns', async () => {
  const [short, long] = [await decisionsUnderLoad(20, 3), await decisionsUnderLoad(400, 3)]
  assert.ok(long <= short + 2, `${long} requests waited at a time, and ${short} under a short load`)
  assert.ok(short <= 6, `${short} requests waited at a time`)
})

test('a turn decides all requests that it appends, also in the first turn after a start', async () => {
  const store = new ModelStore(undefined, true)
  const first = new Run(shop, { store, clock: () => start })
  await first.submit('payments', recordBatchOf(Array.from({ length: 10 }, (_, i) => pay(i))))
  await first.stop()
  const run = new Run(shop, { store: new ModelStore(store.disk, true), clock: () => start })
  let decided = 0
  const requests = Array.from({ length: 3 }, () => run.requestDecision(check.name, { card: 'c', amount: 1 }))
  for (const request of requests) void request.decided.then(() => decided++)
  await turns(1)
  assert.equal(decided, 3)
  await run.stop()
})

/** Turns whose every step has work. `commits` gets a text for each commit: the markers that it appends, or what it decides on. */
function busyTurns(ticksDue: number) {
  const commits: string[] = []
  const queue = ['an older segment']
  const ready = new Set(['swap', 'promotion', 'request', 'records', 'forget'])
  const stored = (text: string) => ({ text, entries: 1 })
  const markers = (kind: string) => (ready.delete(kind), { markers: [{ kind }], put: [] })
  const log = { end: 0, notBefore: start }
  const components = {
    clock: () => start + ticksDue * MINUTE + 1,
    jobClock: { notBefore: start },
    featureReader: { readAt: start },
    log,
    ticks: new Ticks([MINUTE], start),
    lookup: { addPending: () => {} },
    decider: { longestLiveness: Infinity },
    decisionQueue: {
      get isIdle() {
        return queue.length === 0
      },
      waitingEntries: 0,
      wait: ({ text }: { text: string }) => void queue.push(text),
      decide: ({ stored: { text } }: { stored: { text: string } }) => void queue.push(text),
      decideNext: () => ({ decisions: [queue.shift()], effects: [], progress: { entry: 0, skip: 0 }, work: 1, times: [] }),
    },
    appender: {
      appendMarkers: (appended: readonly { kind: string }[]) => ({ stored: stored(`${appended.length} ${appended[0].kind}`) }),
      appendRecords: () => ({ appended: { stored: stored('records') }, deadLetters: [], deadLetterChanges: [], receipts: [{}] }),
    },
    batchRuns: {
      get hasReady() {
        return ready.has('swap')
      },
      swapMarkers: () => markers('swap'),
    },
    trainings: {
      get hasReady() {
        return ready.has('promotion')
      },
      promotionMarkers: () => markers('promotion'),
    },
    requests: {
      get isEmpty() {
        return !ready.has('request')
      },
      oldestAt: 0,
      mark: () => markers('request').markers,
    },
    retention: { nextCommit: () => (ready.delete('forget') ? { forget: 1 } : undefined) },
  }
  const inbox = {
    get isEmpty() {
      return !ready.has('records')
    },
    drain: () => (ready.delete('records') ? [{ submittedAt: 0, batch: {} }] : []),
  }
  const commit = ({ segment, decisions, forget }: { segment?: { text: string }; decisions?: [string]; forget?: number }) => {
    if (segment) commits.push(`append ${segment.text}`)
    if (decisions) commits.push(`decide on ${decisions[0]}`)
    if (forget !== undefined) commits.push('forget')
  }
  const options = { components, inbox, committer: { commit }, pendingReplies: { reply: () => {} }, onReport: undefined }
  return { turns: new Turns(options as never), commits, components }
}

test('a turn commits its steps in order, and the next turn decides before it forgets', () => {
  const { turns: busy, commits } = busyTurns(1)
  busy.runTurn()
  assert.deepEqual(commits.splice(0), [
    'decide on an older segment',
    'append 1 tick',
    'append 1 swap',
    'append 1 promotion',
    'append 1 request',
    'append records',
  ])
  busy.runTurn()
  assert.deepEqual(commits, [
    'decide on 1 tick',
    'decide on 1 swap',
    'decide on 1 promotion',
    'decide on 1 request',
    'decide on records',
    'forget',
  ])
})

test('a turn that leaves a tick due appends nothing after its ticks', () => {
  const { turns: busy, commits } = busyTurns(limits.TICKS_AT_ONCE + 2)
  busy.runTurn()
  assert.deepEqual(commits.splice(0), ['decide on an older segment', `append ${limits.TICKS_AT_ONCE} tick`])
  busy.runTurn()
  assert.deepEqual(commits.slice(0, 3), [`decide on ${limits.TICKS_AT_ONCE} tick`, 'append 2 tick', 'append 1 swap'])
})

test('a queue that has neither a next step nor an end ends the turn instead of holding the loop', () => {
  const { turns: busy, components } = busyTurns(1)
  components.decisionQueue.decideNext = () => undefined as never
  assert.throws(() => busy.runTurn(), { code: 'SPILL_ASSERT', message: /a queue that is not idle has a next step/ })
})
