import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../../test/scratch.ts'
import { here, spillway } from '../glucose/spillway-command.ts'
import { table } from './ages.ts'
import { decided, readPayments } from './decided.ts'
import { evaluate, evaluationText } from './evaluate.ts'
import { declineFrom } from './fraud.ts'
import { linesOf } from './lines.ts'
import { Simulator } from './simulator.ts'
import { readTruth } from './truth.ts'

const folder = scratchFolder('fraud')

const [payments, planted] = [join(folder, 'payments.ndjson'), join(folder, 'planted.ndjson')]

/** A tenth of the published city with ten times the card testing, for six weeks; two of them are evaluated. */
const simulator = new Simulator({ customers: 500, terminals: 1000, days: 44, seed: 3, bursts: 40 })
const lines = [...linesOf(simulator, Date.UTC(2018, 3, 1))]
const textOf = (to: string): string => lines.flatMap(line => (line.to === to ? [line.text] : [])).join('')
writeFileSync(payments, textOf('payments'))
writeFileSync(planted, textOf('planted'))
const log = await readPayments(payments)
const truth = await readTruth(planted)

test('in memory and from the file that replay wrote it is the same evaluation', () => {
  const decisions = join(folder, 'decisions.ndjson')
  spillway('replay', here('../fraud/fraud.ts'), '--source', `payments=${payments}`, '--out', decisions)
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['-C', 'spillway-source', here('../fraud/evaluate.ts'), '--decisions', decisions, '--planted', planted],
    { encoding: 'utf8' },
  )
  assert.deepEqual([status, stderr], [0, ''])
  assert.equal(stdout, `${evaluationText(evaluate(decided(log, truth), declineFrom), declineFrom)}\n`)
  assert.match(stdout, /payments in 2 weeks/)
})

test('every payment is judged once, by what was planted', () => {
  const all = decided(log, truth, { inputs: ['amount', 'ratio'] })
  assert.equal(all.t.length, simulator.planted.payments)
  assert.equal(
    all.fraud.reduce((sum, isFraud) => sum + isFraud, 0),
    simulator.planted.frauds,
  )
  assert.equal(new Set(all.burst).size, simulator.planted.bursts + 1)
  assert.deepEqual(all.inputs.get('amount'), all.amount)
  assert.ok(Number.isNaN(all.inputs.get('ratio')![0]))
  const evaluation = evaluate(all, declineFrom)
  assert.ok(evaluation.payments < all.t.length / 2)
  // Scores equal to the truth have no error.
  const perfect = evaluate({ ...all, score: Float64Array.from(all.fraud) }, 1)
  assert.deepEqual([perfect.auc, perfect.averagePrecision, perfect.aucOfTesting], [1, 1, 1])
  assert.equal(perfect.burstsFound, perfect.bursts)
})

test('older inputs rank worse at once, and lose dollars later', () => {
  const rows = [...table(log, truth)].slice(3).map(row => row.split(' | ').map(cell => cell.replace(/^\| | \|$/g, '')))
  const [aucs, bursts, dollars] = [1, 4, 6].map(
    column => new Map(rows.map(row => [row[0], Number.parseFloat(row[column].replaceAll(',', '').replace('−', '-'))])),
  )
  assert.equal(rows.length, 9)
  assert.ok(
    aucs.get('5 s')! < aucs.get('0')! && aucs.get('1 min')! < aucs.get('5 s')! - 0.05 && aucs.get('5 min')! < aucs.get('1 min')! - 0.05,
  )
  assert.ok(bursts.get('0')! > 0.95 && bursts.get('5 s')! > 0.95 && bursts.get('15 min')! < 0.7)
  const inAll = dollars.get('0')!
  assert.ok(inAll > 1000 && Math.abs(dollars.get('5 s')!) < 0.03 * inAll && dollars.get('5 min')! < -0.1 * inAll)
  assert.ok(dollars.get('15 min')! < dollars.get('5 min')! && dollars.get('after the fact')! < -0.3 * inAll)
  assert.equal(aucs.get('after the fact'), aucs.get('0'))
})

test('a missing input is named', () => {
  const { status, stderr } = spawnSync(process.execPath, ['-C', 'spillway-source', here('../fraud/evaluate.ts'), '--planted', planted], {
    encoding: 'utf8',
  })
  assert.deepEqual([status, stderr], [2, 'usage: node evaluate.ts --decisions FILE --planted FILE\n'])
})
