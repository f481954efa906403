import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { random } from '../../base/random.ts'
import type { SourceIR } from '../../define/ir/ir.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import { DeadLetterRecipient } from './dead-letter-recipient.ts'

const pipeline = { name: 'shop', sources: [{ name: 'sales' }, { name: 'visits' }] as SourceIR[] }
const chance = random(2105)
const pick = <T>(values: readonly T[]): T => values[Math.floor(chance() * values.length)]

const letter = (id: number): StoredDeadLetter => ({
  id,
  source: pick(['sales', 'visits', 'sale', undefined]),
  reason: 'schema',
  detail: 'd',
  place: 'p',
  at: 1,
  sequence: 0,
  raw: '{}',
  attempts: pick([0, 1, limits.DEAD_ATTEMPTS_MAX]),
  original: undefined,
})

test('a dead letter goes to its own source, or to the named one; --all leaves out those that are an error by name', () => {
  for (let round = 0; round < 4000; round++) {
    const named = pick([undefined, 'sales', 'visits'])
    const recipient = new DeadLetterRecipient(pipeline, named)
    const each = letter(round + 1)
    const { source = named, attempts } = each
    const target = attempts < limits.DEAD_ATTEMPTS_MAX ? ['sales', 'visits'].find(name => name === source) : undefined
    const result = recipient.find(each)
    if (target === undefined) {
      assert.equal(typeof result, 'string')
      assert.throws(() => recipient.require(each), { code: attempts === limits.DEAD_ATTEMPTS_MAX ? 'SPILL_LIMIT' : 'SPILL_INPUT' })
      continue
    }
    assert.deepEqual(result, { ...each, source: target })
    // By name, --source is for dead letters without one alone.
    if (each.source === undefined || named === undefined || named === each.source) assert.deepEqual(recipient.require(each), result)
    else
      assert.throws(() => recipient.require(each), { code: 'SPILL_INPUT', message: /^dead letter \d+ has the source '\w+', and --source/ })
  }
})

test('a pipeline without the named source is an error', () => {
  assert.throws(() => new DeadLetterRecipient(pipeline, 'sale'), {
    code: 'SPILL_NOT_FOUND',
    message: /no source 'sale'; did you mean 'sales'/,
  })
})
