import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rejects } from '../../../test/rejects.ts'
import { limits } from '../../base/limits.ts'
import { entity } from '../source/entity.ts'
import { model } from './model.ts'
import { pipeline } from '../pipeline.ts'
import { source } from '../source/source.ts'
import { t } from '../source/t.ts'
import { trees, checksumOf, findTreesFault, treesIR } from './trees.ts'
import { on } from './trigger.ts'

const card = entity('card', t.string())
const payments = source('payments', {
  schema: { card, amount: t.decimal(2), web: t.bool(), kind: t.string(), at: t.timestamp() },
  key: 'card',
  time: 'at',
})
const leaf = { input: [-1], value: [1], right: [0], nullsLeft: [0] }
const split = { input: [0, -1, 1, -1, -1], value: [2.5, 1, 0.5, 3, 4], right: [2, 0, 4, 0, 0], nullsLeft: [1, 0, 0, 0, 0] }
const file = { format: 'spillway-trees', version: 1, link: 'logistic', base: -2, inputs: { web: 1, amount: 0 }, trees: [split, leaf] }
const scored = (score: ReturnType<typeof trees>) =>
  model('m', { decide: on(payments), inputs: p => ({ amount: p.amount, web: p.web, kind: p.kind }), score: score as never })

test('a file becomes a score, its inputs in the order of their numbers', () => {
  const { ir } = model('m', { decide: on(payments), inputs: p => ({ web: p.web, amount: p.amount }), score: trees(file) })
  assert.deepEqual(ir.score, { kind: 'trees', link: 'logistic', base: -2, inputs: ['amount', 'web'], trees: [split, leaf] })
})

test("a definition keeps the file's content, and a different file has a different fingerprint", () => {
  const fingerprintOf = (base: number) => {
    const first = model('m', { decide: on(payments), inputs: p => ({ web: p.web, amount: p.amount }), score: trees({ ...file, base }) })
    return pipeline('p', [first]).fingerprint
  }
  assert.equal(fingerprintOf(1), fingerprintOf(1))
  assert.notEqual(fingerprintOf(1), fingerprintOf(2))
  assert.ok(!Object.isFrozen(split.input))
})

test('inputs that the model does not have, or that are no numbers', () => {
  const named = (name: string) => () => scored(trees({ ...file, inputs: { [name]: 0, web: 1 } }))
  rejects(named('amont'), `model 'm': trees were fitted on 'amont', which is no input of the model; did you mean 'amount'?`)
  rejects(named('kind'), `model 'm': trees: 'kind' is a string; fit on a condition instead, such as p.kind.eq('web')`)
})

test('a checksum is verified if there is one', () => {
  const signed = { ...file, checksum: checksumOf(file) }
  assert.equal(findTreesFault(signed), undefined)
  assert.equal(findTreesFault(JSON.parse(JSON.stringify(signed))), undefined)
  assert.match(findTreesFault({ ...signed, base: -2.5 })!, /checksum is not that of its content/)
})

const faulty = (changed: object, message: RegExp) => {
  const fault = findTreesFault({ ...file, ...changed })
  assert.match(fault ?? 'no fault', message)
}
const faultyTree = (changed: object, message: RegExp) => faulty({ trees: [leaf, { ...split, ...changed }] }, message)

test('a file of another kind or version is rejected at the line of the call', () => {
  rejects(
    () => trees({ ...file, format: 'lightgbm' }),
    `trees: the file cannot be used: it is no file of trees: format is 'lightgbm', not 'spillway-trees'`,
  )
  assert.match(findTreesFault(undefined)!, /no file of trees: format is undefined/)
  assert.match(findTreesFault([])!, /no file of trees/)
  faulty({ version: 2 }, /^version is 2; this version of Spillway reads 1$/)
})

test('the message of a damaged file has the position', () => {
  faulty({ link: 'softmax' }, /^link is 'softmax'/)
  faulty({ base: null }, /^base is null/)
  faulty({ inputs: ['amount'] }, /^inputs is \["amount"\]/)
  for (const inputs of [
    { a: 0, b: 0 },
    { a: 0, b: 2 },
    { a: -1, b: 0 },
    { a: 0, b: '1' },
  ])
    faulty({ inputs }, /^inputs are numbered from 0 to 1/)
  faulty({ trees: {} }, /^trees is \{\}, not a list/)
  faulty({ trees: Array.from({ length: limits.TREES_MAX + 1 }, () => leaf) }, /TREES_MAX/)
  faulty({ trees: [leaf, null] }, /^tree 1: it is null, not a tree/)
  faultyTree({ right: undefined }, /^tree 1: right is undefined, not a list/)
  faulty({ trees: [{ input: [], value: [], right: [], nullsLeft: [] }] }, /^tree 0: it has no nodes/)
  faultyTree({ value: [1] }, /^tree 1: value is of 1 nodes, input of 5/)
  const nodes = Array.from({ length: 2 * limits.TREE_LEAVES_MAX + 1 }, () => 0)
  faulty({ trees: [{ input: nodes, value: nodes, right: nodes, nullsLeft: nodes }] }, /TREE_LEAVES_MAX/)
})

test('the message of a damaged tree has the node', () => {
  faultyTree({ input: [2, -1, 1, -1, -1] }, /^tree 1: node 0: input is 2, and there are 2 inputs/)
  faultyTree({ input: [0.5, -1, 1, -1, -1] }, /node 0: input is 0.5/)
  faultyTree({ value: [2.5, 1, 0.5, NaN, 4] }, /node 3: value is NaN/)
  faultyTree({ nullsLeft: [2, 0, 0, 0, 0] }, /node 0: nullsLeft is 2/)
  faultyTree({ nullsLeft: [1, 1, 0, 0, 0] }, /node 1: nullsLeft is 1/)
  faultyTree({ right: [2, 0, 4, 0, 3] }, /node 4 is a leaf, and has nodes below it/)
  faultyTree({ input: [0, -1, -1, -1, -1] }, /node 2 is a leaf, and has nodes below it/)
  for (const right of [0, 1, 5, 2.5, -1])
    faultyTree({ right: [right, 0, 4, 0, 0] }, new RegExp(`node 0: right is ${right}, not between 2 and 4`))
  // A circle, and nodes with two parents.
  faultyTree({ right: [2, 0, 2, 0, 0] }, /node 2: right is 2/)
  faultyTree({ right: [3, 0, 4, 0, 0] }, /node 1 is a leaf, and has nodes below it/)
})

test('a score has the file’s numbers, not the file itself', () => {
  const ir = treesIR(file)
  assert.notEqual(ir.trees[0].value, file.trees[0].value)
  assert.deepEqual(ir.trees[0].value, file.trees[0].value)
})
