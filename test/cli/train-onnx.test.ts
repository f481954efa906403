/** ONNX versions on the command line: on files with a separate registry, and on a data folder. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { ModelVersion } from '../../src/training/registry/version.ts'
import { needsOnnxRuntime } from '../onnx/runtime.ts'
import { logisticGraph } from '../onnx/graphs.ts'
import { called, calledJson } from './called.ts'
import { labelledPipeline, shopHistory } from './chargebacks.ts'
import { Project } from './project.ts'

const leaves = `import { copyFileSync, writeFileSync } from 'node:fs'
copyFileSync(new URL('left.onnx', import.meta.url), process.argv[3] + '/model.onnx')
writeFileSync(process.argv[3] + '/metrics.json', '{ "auc": 0.9 }')
`
let project: Project
let files: string[]
let registry: string[]
let log: string[]

before(async () => {
  const { payments, chargebacks } = shopHistory()
  project = new Project({
    'train.mjs': leaves,
    'left.onnx': logisticGraph([0.05, 0, 0], -3),
    'payments.ndjson': payments,
    'chargebacks.ndjson': chargebacks,
  })
  const command = `external({ command: process.execPath, args: [${JSON.stringify(project.path('train.mjs'))}] })`
  const pipeline = labelledPipeline(`train: { algorithm: ${command}, promote: { metric: 'auc', atLeast: 0.6 } }`)
  project.write('pipeline.ts', pipeline.replace('import {', 'import { external,'))
  files = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  registry = ['--registry', project.path('registry')]
  log = ['--data', project.path('data')]
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...files, '--log', project.path('data'), '--show', '0')
  assert.equal(status, 0, err)
})
after(() => project[Symbol.dispose]())

const train = async (...args: readonly string[]) => (await calledJson<ModelVersion>('train', project.path('pipeline.ts'), ...args))[0]
const models = (...args: readonly string[]) => called('models', project.path('pipeline.ts'), ...args)

test('the file is the one that was left, its hash is the version, and a damaged one is not promoted', needsOnnxRuntime, async () => {
  const version = await train(...files, ...registry)
  assert.deepEqual([version.number, version.state], [1, 'champion'])
  const storedModel = project.path('registry/onnx/fraud/0000000001.onnx')
  assert.deepEqual(readFileSync(storedModel), readFileSync(project.path('left.onnx')))
  const shown = await models('show', '1', ...registry)
  assert.match(shown.out, new RegExp(`^  file +ONNX, \\d+ bytes, sha256 ${version.trained!.file!.sha256}$`, 'm'))
  assert.match(shown.out, /^ {2}note +it has measured auc 0\.9$/m)
  const second = await train(...files, ...registry)
  assert.deepEqual([second.number, second.trained!.champion?.version, second.trained!.hash], [2, 1, version.trained!.hash])
  const bytes = readFileSync(storedModel)
  bytes[bytes.length - 1] ^= 1
  writeFileSync(storedModel, bytes)
  const rejected = await models('promote', '1', ...registry)
  assert.notEqual(rejected.status, 0)
  assert.match(rejected.err, /version 1 of model 'fraud' cannot score: its file of ONNX is damaged: its SHA-256 is/)
  assert.ok(existsSync(project.path('registry/onnx/fraud/0000000002.onnx')))
})

test('in a data folder it waits for a run as any version does', needsOnnxRuntime, async () => {
  const version = await train(...log)
  assert.equal(version.number, 1)
  const listed = await models(...log)
  assert.match(listed.out, /^version 1 of 'fraud' scores once a run starts: auc/m)
  const score = await models('show', '1', '--score', ...log)
  assert.equal((JSON.parse(score.out) as { kind: string }).kind, 'onnx')
})
