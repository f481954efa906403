import assert from 'node:assert/strict'
import { test } from 'node:test'
import { count, entity, features, pipeline, source, stream, t } from '../index.ts'
import type { SettledDeadLetter, StoredDeadLetter } from '../log/dead-letters.ts'
import { DeadLetterIndex } from './dead-letter-index.ts'

const card = entity('card', t.string())
const payments = source('payments', { schema: { card, amount: t.decimal(2), at: t.timestamp() }, key: 'card', time: 'at' })
const now = features('now', { from: payments, entity: card, place: stream, values: () => ({ n: count('1h') }) })
const { ir } = pipeline('pay', [now])
const [group] = ir.groups

const rejected = { source: 'payments', detail: '', place: '', at: 0, sequence: 0, attempts: 0, original: undefined }
const dead = (letter: Partial<StoredDeadLetter>): StoredDeadLetter => ({ ...rejected, id: 1, reason: 'schema', raw: '', ...letter })
const settled = (letter: Partial<SettledDeadLetter>): SettledDeadLetter => ({
  ...dead(letter),
  outcome: 'accepted',
  why: undefined,
  settled: 500,
  ...letter,
})

const lettersOf = (waiting: StoredDeadLetter[], done: SettledDeadLetter[] = []): DeadLetterIndex =>
  new DeadLetterIndex(ir, { dead: () => waiting, settled: () => done })

test('a letter is pending for its key and time, from its record or its typed row', () => {
  const letters = lettersOf([
    dead({ raw: '{"card":"a","amount":"much","at":100}' }),
    // A record rejected behind the schema is stored as its typed row.
    dead({ reason: 'conflict', raw: '{"card":"b","amount":"2.50","at":200}', form: { row: 0 } }),
    dead({ reason: 'stale-revision', raw: Buffer.from('{"card":"c","amount":"2.50","at":300}'), form: { row: 0 } }),
    dead({ raw: 'no json' }),
    dead({ source: undefined, raw: '{"card":"a","at":400}' }),
  ])
  const waits = (key: string, from: number, to: number) => letters.hasPending(group, [key], from, to)
  assert.deepEqual(
    [waits('a', 0, 100), waits('a', 101, 1000), waits('b', 200, 200), waits('c', 0, 999), waits('d', 0, 999)],
    [true, false, true, true, false],
  )
})

test('an event was a dead letter first if a letter was accepted at its arrival, with its time if readable', () => {
  const letters = lettersOf(
    [],
    [
      settled({ raw: '{"card":"a","at":100}' }),
      // Ahead by less than the tolerance of clocks, so its time became the arrival.
      settled({ raw: '{"card":"a","at":700}', settled: 600 }),
      // Its fields are the input of a map.
      settled({ raw: '{"who":"a"}', settled: 800, form: { mapped: true } as never }),
      settled({ raw: '{"card":"a","at":100}', settled: 900, outcome: 'duplicate' }),
    ],
  )
  const was = (arrival: number, time: number, key = 'a') => letters.wasDeadLetter({ source: 'payments', arrival, time, row: { card: key } })
  assert.deepEqual(
    [was(500, 100), was(500, 101), was(501, 100), was(600, 600), was(800, 5), was(900, 100), was(500, 100, 'b')],
    [true, false, false, true, true, false, false],
  )
})
