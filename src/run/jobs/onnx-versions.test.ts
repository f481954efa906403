/** Versions that are ONNX graphs: trained by a command, stored in the registry, promoted, challenged, rolled back, and damaged. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { scratchFolder } from '../../../test/scratch.ts'
import { needsOnnxRuntime } from '../../../test/onnx/runtime.ts'
import type { Disk } from '../../../test/crash/model-store.ts'
import { decisionsOf, open, pay, send, stateOf, type TrainingRun } from '../../../test/training/training-run.ts'
import { onnxTrainer } from '../../../test/training/onnx-trainer.ts'
import { startTime, DAY } from '../../../test/training/fraud-pipeline.ts'
import type { Promotion, Train } from '../../index.ts'
import { onnxOfVersion, scoreOfVersion, versionOf } from '../../training/registry/registry.ts'

let folder: string
before(() => {
  folder = scratchFolder('onnx-versions')
})

const rule = { metric: 'auc', atLeast: 0.6 } as const
const trainOf = (promote: Promotion = rule): Train => ({ algorithm: onnxTrainer(folder).algorithm, promote })
const leave = (graph: 'good' | 'better' | 'bad') => onnxTrainer(folder).leave(graph)
let moment = 10 * DAY

async function trained(driven: TrainingRun) {
  const training = driven.run.train('fraud')
  // The command takes its time while the clock stands still.
  const waiting = { isOver: false }
  const version = training.finally(() => (waiting.isOver = true))
  while (!waiting.isOver) await driven.to(++moment)
  return version
}

let paid = 0
async function decided(driven: TrainingRun) {
  await driven.run.submit('payments', pay(`x${paid++}`, startTime + 10 * DAY))
  const { version, score } = decisionsOf(driven).at(-1)!
  return [version, score] as const
}
/** The score of a payment of 90, in floats. */
const scoreOf = (weight: number, intercept: number) => 1 / (1 + Math.exp(-(weight * 90 + intercept)))
const isNear = (score: number | null, expected: number) => assert.ok(Math.abs(score! - expected) < 1e-6, `${score} for ${expected}`)

async function withTwo(promote?: Promotion): Promise<TrainingRun> {
  const driven = open({ train: trainOf(promote) })
  await send(driven, -1, 10 * 24)
  leave('good')
  await trained(driven)
  leave('better')
  await trained(driven)
  return driven
}

const diskOf = ({ store }: TrainingRun, changed: (name: string, value: string | null) => string | null = (_, value) => value): Disk => ({
  commits: store.disk.commits.map(commit => ({
    ...commit,
    ...(commit.put && { put: commit.put.map(([name, value]) => [name, changed(name, value)] as const) }),
  })),
  states: new Map(store.disk.states),
})

test(
  'an ONNX file from a trainer command is a version: promoted by its rule or by hand, rolled back, and the same after a restart',
  needsOnnxRuntime,
  async () => {
    const driven = await withTwo()
    const one = versionOf(driven.store, 'fraud', 1)!
    const bytes = onnxOfVersion(driven.store, 'fraud', 1)!
    assert.equal(one.trained!.file!.bytes, bytes.length)
    assert.equal(scoreOfVersion(driven.store, 'fraud', 1)!.kind, 'onnx')
    assert.ok(one.trained!.metrics.auc! > 0.8)
    // The same order of scores is not better; without `betterBy`, equal is enough.
    assert.deepEqual(stateOf(driven), [
      [1, 'retired'],
      [2, 'champion'],
    ])
    assert.equal(versionOf(driven.store, 'fraud', 2)!.trained!.champion!.version, 1)
    const second = await decided(driven)
    assert.equal(second[0], 2)
    isNear(second[1], scoreOf(0.06, -3.5))
    await driven.run.promote('fraud', 1, 'rolled back')
    const first = await decided(driven)
    assert.equal(first[0], 1)
    isNear(first[1], scoreOf(0.05, -3))
    leave('bad')
    const third = await trained(driven)
    assert.deepEqual([third.number, third.state], [3, 'rejected'])
    const decisions = decisionsOf(driven)
    const again = open({ train: trainOf(), disk: diskOf(driven), at: moment + 1 })
    await again.to(moment + 1)
    assert.deepEqual(decisionsOf(again), decisions)
    assert.deepEqual((await decided(again))[1], first[1])
    await Promise.all([driven.run.stop(), again.run.stop()])
  },
)

test('a damaged or missing file is reported and cannot be promoted; the last good version stays', needsOnnxRuntime, async () => {
  const driven = await withTwo()
  const isFile = (name: string) => name === 'onnx/fraud/0000000002'
  const cases: readonly [(name: string, value: string | null) => string | null, RegExp][] = [
    [(name, value) => (isFile(name) ? null : value), /its file of ONNX is not in the registry any more/],
    [
      (name, value) => (isFile(name) ? `AAAA${value!.slice(4)}` : value),
      /its file of ONNX is damaged: its SHA-256 is [0-9a-f]{8}…, and it was trained as [0-9a-f]{8}…/,
    ],
  ]
  for (const [changed, why] of cases) {
    const again = open({ train: trainOf(), disk: diskOf(driven, changed), at: moment + 1 })
    await again.to(moment + 1)
    const reports = again.reports.filter(report => report.startsWith('version 2'))
    assert.equal(reports.length, 1)
    assert.match(
      reports[0],
      new RegExp(
        `^version 2 of model 'fraud' is not used, since ${why.source}; version 1, which scored before, goes on until another version is promoted$`,
      ),
    )
    const [version, score] = await decided(again)
    assert.equal(version, 1)
    isNear(score, scoreOf(0.05, -3))
    await assert.rejects(again.run.promote('fraud', 2, 'by hand'), {
      code: 'SPILL_PRECONDITION',
      message: /version 2 of model 'fraud' cannot score: its file of ONNX/,
    })
    // Another training is compared with the version that stays.
    leave('better')
    const next = await trained(again)
    assert.deepEqual([next.number, next.state, next.trained!.champion!.version], [3, 'champion', 1])
    isNear((await decided(again))[1], scoreOf(0.06, -3.5))
    await again.run.stop()
  }
  await driven.run.stop()
})

test(
  'an ONNX version challenges like any other: both scores are recorded, and it is promoted once settled decisions meet the rule',
  needsOnnxRuntime,
  async () => {
    const driven = await withTwo({ ...rule, shadow: '1d' })
    assert.deepEqual(stateOf(driven), [
      [1, 'champion'],
      [2, 'challenger'],
    ])
    await decided(driven)
    const last = decisionsOf(driven).at(-1)!
    assert.deepEqual([last.version, last.challenger!.version], [1, 2])
    isNear(last.challenger!.score, scoreOf(0.06, -3.5))
    await send(driven, 10 * 24, 15 * 24)
    const { shadowed } = versionOf(driven.store, 'fraud', 2)!
    assert.ok(shadowed!.metrics.n > 20)
    assert.deepEqual(shadowed!.metrics.auc, shadowed!.champion.auc)
    assert.deepEqual(stateOf(driven), [
      [1, 'retired'],
      [2, 'champion'],
    ])
    await driven.run.stop()
  },
)
