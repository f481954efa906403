import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewEffect } from '../../log/effects.ts'
import { Sent } from './effect-counts.ts'

const effect = (number: number, isDry: boolean): NewEffect => ({
  number,
  action: 'page',
  id: `id${number}`,
  entry: 0,
  key: '"c"',
  t: 0,
  made: 0,
  due: undefined,
  body: '{}',
  isDry,
})

function watched() {
  const said: string[] = []
  return {
    said,
    sent: new Sent(
      text => said.push(text),
      number => (number === 2 ? 'page' : 'none'),
    ),
  }
}

test('one that is dead is said with its action and why', () => {
  const { said, sent } = watched()
  sent.made([effect(1, false), effect(2, false)])
  sent.settled([
    { kind: 'delivered', number: 1, sent: 0, at: 0 },
    { kind: 'dead', number: 2, sent: 0, at: 0, why: 'status 500' },
  ])
  assert.deepEqual(said, ["  effect 2 of 'page' is dead after its last try: status 500; see spillway effects --state dead"])
  assert.equal(sent.text(0), ', 2 effects (1 delivered, 1 dead, 0 waiting)')
})

test('of a dry run it is said that nothing is sent', () => {
  const { said, sent } = watched()
  assert.equal(sent.text(0), '')
  sent.made([effect(1, true)])
  assert.deepEqual([said, sent.text(0)], [['  page would send {}'], ', 1 effect (none sent: a dry run)'])
})
