import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type OnlineRow, validateOnlineWrite } from './online-store.ts'

const row: OnlineRow = { group: 'spending', generation: 1, key: '"c1"', part: '', version: 7, values: { n: 3 } }

for (const [changes, message] of [
  [{ version: 1.5 }, `online store: row "c1" of group 'spending' has a version that is a whole number from 0; got 1.5`],
  [{ generation: -1 }, `online store: row "c1" of group 'spending' has a generation that is a whole number from 0; got -1`],
  [{ expires: Number.NaN }, `online store: row "c1" of group 'spending' expires at a time in ms; got NaN`],
  [
    { values: { n: Number.NaN } },
    `online store: row "c1" of group 'spending': 'n' is a text, a finite number, a boolean, null or a list of these; got NaN`,
  ],
] as const)
  test(`rejects: ${message}`, () => {
    assert.throws(() => validateOnlineWrite({ rows: [{ ...row, ...changes }] }), { code: 'SPILL_INPUT', message })
  })

test('rejects a consumed position that is no whole number, and accepts a valid write', () => {
  const message = "online store: the consumed position 'tiles/0' is a whole number from 0; got 0.5"
  assert.throws(() => validateOnlineWrite({ rows: [], consumed: { 'tiles/0': 0.5 } }), { code: 'SPILL_INPUT', message })
  assert.doesNotThrow(() => validateOnlineWrite({ rows: [{ ...row, expires: 5, values: { n: null, l: [1, 'a'] } }], consumed: { a: 0 } }))
})
