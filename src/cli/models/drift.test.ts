import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { called } from '../../../test/cli/called.ts'
import { Project } from '../../../test/cli/project.ts'
import { startTime, DAY, fraudHistory } from '../../../test/training/fraud-pipeline.ts'
import type { ModelDrift } from '../../operate/model-drift.ts'

const library = pathToFileURL(join(import.meta.dirname, '../../index.ts')).href
const pipeline = (inputs: string) => `import { after, entity, linear, model, on, pipeline, source, t } from '${library}'
const rider = entity('rider', t.string())
const rides = source('rides', {
  schema: { rider, km: t.double(), tip: t.double().nullable(), zone: t.string(), at: t.timestamp() },
  key: 'rider', time: 'at', arrives: after('1s'),
})
const fare = model('fare', { decide: on(rides), inputs: r => (${inputs}), score: linear({ intercept: 3, weights: { km: 1.5 } }) })
const other = model('other', { decide: on(rides), inputs: r => ({ km: r.km }), score: linear({ intercept: 0, weights: { km: 1 } }) })
export default pipeline('rides', [fare, other])
`

/** Four weeks with one ride per hour; the last week has longer rides, fewer tips and different zones. */
const lines = Array.from({ length: 4 * 168 }, (_, i) => {
  const isLate = i >= 3 * 168
  const at = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString()
  return JSON.stringify({
    rider: 'r',
    km: (i % 24) + (isLate ? 8 : 0),
    tip: i % (isLate ? 2 : 8) ? 1 : null,
    zone: `z${i % (isLate ? 2 : 5)}`,
    at,
  })
})

let project: Project
let command: readonly string[]
before(async () => {
  project = new Project({ 'pipeline.ts': pipeline('{ km: r.km, tip: r.tip, zone: r.zone }'), 'rides.ndjson': lines.join('\n') })
  const [file, data] = [project.path('pipeline.ts'), project.path('data')]
  const { status, err } = await called('replay', file, '--source', `rides=${project.path('rides.ndjson')}`, '--log', data)
  assert.equal(status, 0, err)
  command = ['drift', file, '--data', data, '--rows', '100']
})
after(() => project[Symbol.dispose]())

async function drifts(...args: readonly string[]): Promise<ModelDrift[]> {
  const { status, out, err } = await called(...command, ...args, '--json')
  const results = out.split('\n').map(line => JSON.parse(line) as ModelDrift)
  assert.equal(status, Number(results.some(({ drifted }) => drifted)), err)
  return results
}
const driftedOf = ({ inputs, score }: ModelDrift) =>
  Object.fromEntries([...inputs, ...(score ? [score] : [])].map(({ name, drifted }) => [name, drifted]))

test('the last week compared with all before: drifted columns of every model', async () => {
  const [fare, other] = await drifts()
  assert.deepEqual(driftedOf(fare), { km: ['psi', 'ks'], tip: ['nulls'], zone: ['psi'], score: ['psi', 'ks'] })
  assert.deepEqual(
    [fare.rows, fare.since, fare.reference],
    [
      { reference: 503, recent: 169 },
      Date.UTC(2026, 0, 1) + (4 * 168 - 1) * 3_600_000 + 1000 - 7 * 86_400_000,
      { kind: 'decisions', from: null },
    ],
  )
  assert.deepEqual([other.model, Object.keys(driftedOf(other))], ['other', ['km', 'score']])
})

test('no drift between two similar weeks, and none on a day with too few decisions', async () => {
  const [week] = await drifts('--model', 'fare', '--since', '3d', '--reference', '3d', '--rows', '72')
  assert.deepEqual([week.drifted, week.tooFew, week.rows], [false, false, { reference: 72, recent: 73 }])
  const [day] = await drifts('--model', 'fare', '--since', '1d')
  assert.deepEqual([day.drifted, day.tooFew], [false, true])
})

test('compares with a training set, which has no scores', async () => {
  const set = project.path('set')
  const [, file] = command
  const written = await called('training-set', file, '--decisions', '--model', 'fare', '--data', project.path('data'), '--out', set)
  assert.equal(written.status, 0, written.err)
  const [all] = await drifts('--model', 'fare', '--training', set, '--since', '52w')
  assert.deepEqual([all.drifted, all.rows, all.score], [false, { reference: 672, recent: 672 }, undefined])
  assert.deepEqual(
    all.inputs.map(({ psi, ks }) => [psi, ks]),
    [
      [0, 0],
      [0, 0],
      [0, undefined],
    ],
  )
  assert.equal((await drifts('--model', 'fare', '--training', set))[0].drifted, true)
})

test('text output: a table and a verdict', async () => {
  const { status, out } = await called(...command, '--model', 'fare')
  assert.equal(status, 1)
  assert.match(out, /^fare: 169 decisions from 2026-01-21T23:00:01\.000Z on, compared with 503 before$/m)
  assert.match(out, /^km +\d\.\d{3} +0\.3\d{2} +0\.0 % +0\.0 % +psi, ks$/m)
  assert.match(out, /^zone +\d\.\d{3} +– +0\.0 % +0\.0 % +psi$/m)
  assert.match(out, /^DRIFTED: km, tip, zone, score$/m)
  const { out: little } = await called(...command, '--model', 'fare', '--since', '1d')
  assert.match(little, /^Too few recent decisions for a verdict: 100 are needed \(--rows\)\.$/m)
  const { status: calm, out: unchanged } = await called(...command, '--model', 'fare', '--since', '3d', '--reference', '3d', '--rows', '50')
  assert.equal(calm, 0)
  assert.match(unchanged, /^Nothing has drifted: PSI below 0\.2, KS below 0\.2, NULLs within 10 %\.$/m)
})

test('decisions by a version with different inputs are left out and counted', async () => {
  const changed = project.path('changed.ts')
  writeFileSync(changed, pipeline('{ km: r.km, tips: r.tip }'))
  const { status, out } = await called('drift', changed, ...command.slice(2), '--model', 'fare')
  assert.equal(status, 0)
  assert.match(out, /^672 decisions by a version of the model with different inputs left out$/m)
  assert.match(out, /^Too few recent decisions/m)
})

test('invalid options are rejected', async () => {
  const says = async (status: number, message: RegExp, ...args: readonly string[]) => {
    const { status: actual, err } = await called(...command, ...args)
    assert.match(err, message)
    assert.equal(actual, status)
  }
  await says(2, /^--since: .*'soon' is no duration/, '--since', 'soon')
  await says(2, /^--psi much is not a number from 0/, '--psi', 'much')
  await says(2, /^--training DIR is of one model; name it with --model/, '--training', 'x')
  await says(2, /^use --training or --reference, not both/, '--training', 'x', '--reference', '1d', '--model', 'fare')
  await says(1, /^SPILL_NOT_FOUND: .*pipeline 'rides' has no model 'fair'; there is fare, other/, '--model', 'fair')
  await says(1, /^SPILL_FORMAT: .* is no training set: it has no manifest\.json/, '--model', 'fare', '--training', project.path('gone'))
  project.write('half/manifest.json', '{"format":1')
  await says(1, /^SPILL_FORMAT: .*half has a manifest\.json that cannot be read/, '--model', 'fare', '--training', project.path('half'))
  project.write('half/manifest.json', '{"format":2}')
  await says(1, /has a manifest\.json of another format/, '--model', 'fare', '--training', project.path('half'))
  await says(1, /^SPILL_TRAINING: drift: ks is a number above 0 up to 1, got 2/, '--ks', '2')
})

/** Three weeks of payments; in the last week the outcomes are inverted. */
async function shop(promote: string): Promise<{ readonly project: Project; readonly command: readonly string[] }> {
  const { payments, chargebacks } = fraudHistory(21 * 24)
  const turned = startTime + 14 * DAY
  const rows = payments.map(row => (row.at < turned ? row : { ...row, amount: row.amount === null ? null : 100 - row.amount }))
  const text = (all: readonly object[]) => all.map(row => JSON.stringify(row)).join('\n')
  const project = new Project({
    'pipeline.ts': `import { after, entity, labelFrom, logistic, model, on, pipeline, source, t } from '${library}'
      const card = entity('card', t.string())
      const payments = source('payments', {
        schema: { id: t.string(), card, amount: t.double().nullable(), shop: t.int(), at: t.timestamp() },
        key: 'card', time: 'at', id: 'id', arrives: after('1s'),
      })
      const chargebacks = source('chargebacks', {
        schema: { payment: t.string(), fraud: t.bool(), at: t.timestamp() }, key: 'payment', time: 'at', arrives: after('1s'),
      })
      const fraud = model('fraud', {
        decide: on(payments),
        inputs: p => ({ amount: p.amount, shop: p.shop }),
        label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '2d' }),
        score: logistic({ intercept: -6, weights: { amount: { weight: 0.1, ifNull: 0 } } }),
        ${promote}
      })
      export default pipeline('shop', [fraud])`,
    'payments.ndjson': text(rows),
    'chargebacks.ndjson': text(chargebacks),
  })
  const sources = ['payments', 'chargebacks'].flatMap(name => ['--source', `${name}=${project.path(`${name}.ndjson`)}`])
  const { status, err } = await called('replay', project.path('pipeline.ts'), ...sources, '--log', project.path('data'))
  assert.equal(status, 0, err)
  return { project, command: ['drift', project.path('pipeline.ts'), '--data', project.path('data'), '--rows', '50'] }
}

const driftOf = async (...args: readonly string[]) => JSON.parse((await called(...args, '--json')).out) as ModelDrift

test('a metric of settled labels falls below its bound, which comes from the rule or the option', async () => {
  const { project, command } = await shop(`train: { algorithm: 'logistic', promote: { metric: 'auc', atLeast: 0.7 } },`)
  using _ = project
  // Amounts are distributed uniformly, so inverting them moves no input.
  const [{ name, value, bound, rows, fell }] = (await driftOf(...command, '--since', '4d')).metrics
  assert.deepEqual([name, bound, fell], ['auc', 0.7, true])
  assert.ok(value < 0.4 && rows > 80 && rows <= 4 * 24, `${value} of ${rows}`)
  const [all] = (await driftOf(...command, '--since', '3w', '--metric', 'ap=0.1')).metrics
  assert.deepEqual([all.name, all.bound, all.fell], ['ap', 0.1, false])
  // The last chargeback arrives about 40 hours after the last payment; labels are settled 2 days after their payment.
  assert.ok(all.rows > 19 * 24 && all.rows < 21 * 24, `${all.rows} are settled`)
  const { out, status } = await called(...command, '--since', '4d')
  assert.match(out, /^auc +0\.\d+ +0\.7 +\d+ +fell$/m)
  assert.match(out, /^DRIFTED: (.*, )?auc$/m)
  assert.equal(status, 1)
})

test('without a bound there is no metric, and --metric needs a label', async () => {
  const { project, command: unruled } = await shop('')
  using _ = project
  assert.deepEqual((await driftOf(...unruled)).metrics, [])
  const { err, status } = await called(...command, '--model', 'fare', '--metric', 'auc=0.7')
  assert.match(err, /^SPILL_INPUT: model 'fare' has no label/)
  assert.equal(status, 1)
  const { err: wrong } = await called(...command, '--metric', 'rmse=0.7')
  assert.match(wrong, /^--metric rmse=0\.7 is not a metric with its bound; write auc=0\.75 or ap=0\.3/)
})
