/** Changes of operators: jobs that are cancelled, through the port and by the command line beside a run that holds the folder; and dead effects. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditOf, done } from '../../../test/cli/audit-lines.ts'
import { called, calledJson } from '../../../test/cli/called.ts'
import { endlessJobs } from '../../../test/serve/endless-jobs.ts'
import type { CancelOptions } from '../../jobs/job-scheduler.ts'
import type { RunJobKind } from '../../run/loop/composition-root.ts'
import { withFolder } from '../folder.ts'
import { cancelJob, type JobPorts, changeEffects } from './logged-control.ts'
import { serveRunControl } from './serve-control.ts'
import type { ManualEffectChange, StoredEffect } from '../../log/effects.ts'

const place = (kind: 'batch' | 'hybrid' | 'stream') => ({ kind }) as JobPorts['ir']['groups'][number]['place']
const ir = {
  name: 'shop',
  groups: [
    { name: 'usual', place: place('batch') },
    { name: 'mixed', place: place('hybrid') },
    { name: 'now', place: place('stream') },
  ],
  models: [{ name: 'fraud', train: {} }, { name: 'rules' }],
  reports: [{ name: 'list' }],
} as unknown as JobPorts['ir']

test('a job of a known definition is cancelled, and any other name is not found', async () => {
  const cancelled: (readonly [RunJobKind, string])[] = []
  const cancel = (kind: RunJobKind, name: string) => Promise.resolve(cancelled.push([kind, name]) > 0)
  const ports = { ir, runningAttempt: () => 13, cancel }
  const known = [
    ['batch-run', 'usual'],
    ['batch-run', 'mixed'],
    ['report', 'list'],
    ['training', 'fraud'],
  ] as const
  for (const [kind, name] of known) assert.deepEqual(await cancelJob(ports, { kind, name }), {})
  assert.deepEqual(cancelled, known)
  for (const [kind, name, message] of [
    ['batch-run', 'now', "pipeline 'shop' has no feature group with batch runs 'now'; there is usual, mixed"],
    ['report', 'lst', "pipeline 'shop' has no report 'lst'; did you mean 'list'?"],
    ['training', 'rules', "pipeline 'shop' has no model with training 'rules'; there is fraud"],
  ] as const)
    await assert.rejects(cancelJob(ports, { kind, name }), { code: 'SPILL_NOT_FOUND', message })
  await assert.rejects(cancelJob(ports, { kind: 'reconciliation' }), {
    code: 'SPILL_NOT_FOUND',
    message: 'this run makes no reconciliations',
  })
})

test('to cancel attempt 12 while 13 runs, or none, is a conflict that cancels nothing', async () => {
  const cancelled: (readonly [RunJobKind, string, CancelOptions])[] = []
  const cancel = (...call: readonly [RunJobKind, string, CancelOptions]) => Promise.resolve(cancelled.push(call) > 0)
  const ports = (running: number | undefined): JobPorts => ({ ir, runningAttempt: () => running, cancel })
  const twelfth = { kind: 'report', name: 'list', number: 12 } as const
  for (const [running, message] of [
    [13, "number 12 of the report of 'list' does not run, but 13 does; nothing was cancelled"],
    [undefined, "number 12 of the report of 'list' does not run; nothing was cancelled"],
  ] as const)
    await assert.rejects(cancelJob(ports(running), twelfth), { code: 'SPILL_PRECONDITION', message })
  assert.deepEqual(cancelled, [])
  assert.deepEqual(await cancelJob(ports(12), twelfth), {})
  assert.deepEqual(cancelled, [['report', 'list', { keepsRequest: true }]])
})

test('a cancel with the number of an attempt that ends with a result first is a conflict', async () => {
  const ports: JobPorts = { ir, runningAttempt: () => 12, cancel: () => Promise.resolve(false) }
  const message = "number 12 of the report of 'list' has ended"
  await assert.rejects(cancelJob(ports, { kind: 'report', name: 'list', number: 12 }), { code: 'SPILL_PRECONDITION', message })
})

test('a job that does not run is a conflict, and so is each job of a folder that no run holds', async () => {
  const none = () => Promise.resolve(false)
  const idle: JobPorts = { ir, runningAttempt: () => undefined, cancel: none, cancelReconciliation: none }
  await assert.rejects(cancelJob(idle, { kind: 'report', name: 'list' }), {
    code: 'SPILL_PRECONDITION',
    message: "no report of 'list' runs or waits to run; it has ended, or has not begun",
  })
  await assert.rejects(cancelJob(idle, { kind: 'reconciliation' }), {
    code: 'SPILL_PRECONDITION',
    message: 'no reconciliation runs or waits to run; it has ended, or has not begun',
  })
  await assert.rejects(cancelJob(undefined, { kind: 'report', name: 'list' }), {
    code: 'SPILL_PRECONDITION',
    message: "no run holds this folder, so no report of 'list' runs",
  })
})

test('the command line cancels each kind of job of a run, and the ledgers say so', async context => {
  const { data, running, pipeline, reconciling, begun } = await endlessJobs('jobs-cancel')
  context.after(() => Promise.all([running.stop(), reconciling.stop()]))
  const cancelReconciliation = () => reconciling.cancel('reconciliation')
  await serveRunControl(running, { pipeline, data, cancelReconciliation, onReport: assert.fail })
  const cancel = (...args: readonly string[]) => called('jobs', 'cancel', ...args, '--data', data)
  const idle = await cancel('batch-run', 'usual')
  assert.deepEqual(idle, {
    status: 1,
    out: '',
    err: "SPILL_PRECONDITION: no batch-run of 'usual' runs or waits to run; it has ended, or has not begun",
  })
  const { run } = running
  const requests = Promise.allSettled([run.batch('usual'), run.report('list'), run.train('fraud')])
  run.tick()
  reconciling.tick()
  await begun(4)
  assert.deepEqual(await cancel('batch-run', 'usual'), {
    status: 0,
    out: 'Cancelled: batch-run usual. It runs again at its next time.',
    err: '',
  })
  for (const [kind, ...name] of [['report', 'list'], ['training', 'fraud'], ['reconciliation']] as const)
    assert.equal((await cancel(kind, ...name)).status, 0, kind)
  assert.deepEqual(
    (await requests).map(settled => settled.status === 'rejected' && (settled.reason as { code: string; message: string }).message),
    ["the job 'usual' was cancelled", "the job 'list' was cancelled", "the job 'fraud' was cancelled"],
  )
  const [batchRun] = await calledJson<{ state: string; error: string }>('runs', '--data', data)
  const [report] = await calledJson<{ state: string; error: string }>('reports', '--data', data)
  for (const [{ state, error }, name] of [
    [batchRun, 'usual'],
    [report, 'list'],
  ] as const)
    assert.deepEqual([state, error], ['failed', `the job '${name}' was cancelled`])
  const { versions } = await withFolder(data, ({ models }) => models.byModel(pipeline.ir, pipeline.ir.models[0]))
  assert.deepEqual(
    versions.map(({ state, error }) => [state, error]),
    [['failed', "the job 'fraud' was cancelled"]],
  )
  assert.match((await cancel('reconciliation')).err, /^SPILL_PRECONDITION: no reconciliation runs/)
  assert.match((await cancel('report', 'lst')).err, /^SPILL_NOT_FOUND: pipeline 'shop' has no report 'lst'; did you mean 'list'\?$/)
  assert.deepEqual(
    auditOf(data)
      .lines.filter(({ outcome }) => outcome === 'done')
      .map(done),
    [
      ['jobs cancel', 'batch-run usual', 'done', undefined],
      ['jobs cancel', 'report list', 'done', undefined],
      ['jobs cancel', 'training fraud', 'done', undefined],
      ['jobs cancel', 'reconciliation', 'done', undefined],
    ],
  )
  await running.stop()
  assert.match((await cancel('report', 'list')).err, /^SPILL_PRECONDITION: no run holds this folder, so no report of 'list' runs$/)
})

for (const [args, message] of [
  [[], /^expected a subcommand: cancel$/m],
  [['cancl'], /^jobs has no subcommand 'cancl'; did you mean 'cancel'\?$/m],
  [['cancel'], /^name the kind of the job: batch-run, report, training, reconciliation, backup$/m],
  [['cancel', 'reprt'], /^there is no kind 'reprt'; did you mean 'report'\?$/m],
  [['cancel', 'report'], /^name one job: jobs cancel report NAME$/m],
  [['cancel', 'report', 'a', 'b'], /^one job is cancelled at a time, but got also b$/m],
  [['cancel', 'reconciliation', 'a'], /^one job is cancelled at a time, but got also a$/m],
] as const)
  test(`wrong usage: jobs ${args.join(' ')}`, async () => {
    const { status, err } = await called('jobs', ...args)
    assert.deepEqual([status, message.test(err)], [2, true], err)
  })

const states = ['dead', 'pending', 'delivered', 'dropped', 'dry', 'dead'] as const
const effects = {
  byNumber: (number: number) => (number > states.length ? undefined : ({ number, state: states[number - 1] } as StoredEffect)),
  lastNumber: () => states.length,
}

const retry = (number: number) => ({ kind: 'again', number }) as const

test('dead effects change together, in one commit; if one of them cannot change, none does', async () => {
  const changes: ManualEffectChange[][] = []
  const change = (_effects: readonly StoredEffect[], batch: readonly ManualEffectChange[]) => Promise.resolve(void changes.push([...batch]))
  const ports = { effects, change }
  const drop = (number: number) => ({ kind: 'dropped', number, at: 7, why: 'x' }) as const
  await changeEffects(ports, [6, 1], retry)
  await changeEffects(ports, [1], drop)
  for (const [number, state] of states.entries())
    if (state !== 'dead')
      await assert.rejects(changeEffects(ports, [1, number + 1], retry), {
        code: 'SPILL_PRECONDITION',
        message: `effect ${number + 1} is ${state}; only dead effects can be retried or dropped`,
      })
  await assert.rejects(changeEffects(ports, [1, 7], drop), {
    code: 'SPILL_NOT_FOUND',
    message: 'there is no effect 7; the newest is 6',
  })
  assert.deepEqual(changes, [
    [
      { kind: 'again', number: 6 },
      { kind: 'again', number: 1 },
    ],
    [{ kind: 'dropped', number: 1, at: 7, why: 'x' }],
  ])
})

test('a run that delivers no effects changes none', async () => {
  await assert.rejects(changeEffects({ effects, change: undefined }, [1], retry), {
    code: 'SPILL_UNSUPPORTED',
    message: /^this run delivers no effects/,
  })
})
