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

test('whether a dead letter is sent does not depend on the others: 2,000 random sets', () => {
  for (let round = 0; round < 2000; round++) {
    const recipient = new DeadLetterRecipient(pipeline, pick([undefined, 'sales', 'visits']))
    const all = Array.from({ length: Math.floor(chance() * 8) }, (_, i) => letter(i + 1))
    const { letters, omitted } = recipient.sendable(all)
    assert.deepEqual(
      [...letters, ...omitted].map(({ id }) => id).sort((a, b) => a - b),
      all.map(({ id }) => id),
    )
    for (const each of all) {
      const alone = recipient.sendable([each])
      assert.deepEqual(
        letters.filter(({ id }) => id === each.id),
        alone.letters,
      )
      assert.deepEqual(
        omitted.filter(({ id }) => id === each.id),
        alone.omitted,
      )
    }
    for (const { source, id } of letters) {
      const own = all[id - 1].source
      assert.ok(pipeline.sources.some(({ name }) => name === source) && (own === undefined || own === source))
    }
  }
})

test('a named dead letter that --all would leave out is an error', () => {
  for (let round = 0; round < 500; round++) {
    const recipient = new DeadLetterRecipient(pipeline, undefined)
    const each = letter(1)
    if (recipient.sendable([each]).letters.length === 1) assert.equal(recipient.requireAll([each])[0].source, each.source)
    else
      assert.throws(() => recipient.requireAll([each]), {
        code: each.attempts === limits.DEAD_ATTEMPTS_MAX ? 'SPILL_LIMIT' : 'SPILL_INPUT',
      })
  }
})
