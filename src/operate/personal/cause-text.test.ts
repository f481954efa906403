import assert from 'node:assert/strict'
import { test } from 'node:test'
import { causeText } from './cause-text.ts'

test('a cause has the message without the values of the record; names of fields and suggestions of names stay', () => {
  const texts = {
    "'amount' needs a finite number, got 'unknown'": "'amount' needs a finite number, got …",
    "'amount' needs a decimal with at most 2 digits after the point, within 2^53 when scaled, got '1, is 2'":
      "'amount' needs a decimal with at most 2 digits after the point, within 2^53 when scaled, got …",
    "'amount' is missing; field 'value' is no column (columns: amount, at); was 'amount' renamed to 'value'?":
      "'amount' is missing; field 'value' is no column (columns: amount, at); was 'amount' renamed to 'value'?",
    "'kind' has no value 'vip'; did you mean 'vips'?": "'kind' has no value …",
    "'amount' is -1, outside [0, 100]": "'amount' is …, outside [0, 100]",
    "'n' is 12345678901234567890, which has more digits than a JSON number holds; write it as text":
      "'n' is …, which has more digits than a JSON number holds; write it as text",
    "'n' is 75612345678901234567, which JSON numbers cannot hold exactly (beyond 2^53); write it as text, for a column of t.string()":
      "'n' is …, which JSON numbers cannot hold exactly (beyond 2^53); write it as text, for a column of t.string()",
    "'at' is 3 min 12 s ahead of the arrival; maxClockSkew allows 1 min": "'at' is … ahead of the arrival; maxClockSkew allows 1 min",
    'not JSON: Unexpected token x in "{x"': 'not JSON: …',
    "'card' has 2000 bytes of UTF-8, and takes at most 100": "'card' has … bytes of UTF-8, and takes at most 100",
    "an event with this 'id' was accepted with different content": "an event with this 'id' was accepted with different content",
  }
  for (const [detail, text] of Object.entries(texts)) assert.equal(causeText('schema', detail), text)
  assert.equal(causeText('map', "map of baskets threw: no price 12.5 for 'apple'"), 'map of baskets threw: no price … for …')
  assert.equal(
    causeText('map', 'map returned 70000 rows, more than 65536 (MAP_ROWS_MAX)'),
    'map returned … rows, more than 65536 (MAP_ROWS_MAX)',
  )
  assert.equal(causeText('schema', 'x'.repeat(1_000_000)).length, 300)
  for (let length = 230; length < 300; length++) {
    const name = 'n'.repeat(length)
    const text = causeText('schema', `'${name}' is 75612345678901234567, which JSON numbers cannot hold exactly`)
    assert.doesNotMatch(text, /\d/, text)
  }
})
