import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnIR } from '../../define/ir/ir.ts'
import type { StoredDeadLetter } from '../../log/dead-letters.ts'
import { parseFieldSetting, setFields } from './dead-letter-edit.ts'

const columns: readonly ColumnIR[] = (['string', 'decimal', 'bool', 'int', 'timestamp', 'duration', 'double'] as const).map(type => ({
  name: type,
  type,
  nullable: true,
}))

const letter = (raw: string | Uint8Array): StoredDeadLetter => ({
  id: 7,
  source: 's',
  reason: 'schema',
  detail: 'd',
  place: 'p',
  at: 0,
  sequence: 0,
  raw,
  attempts: 0,
  original: undefined,
})

const set = (raw: string, ...settings: readonly string[]): unknown =>
  JSON.parse(setFields(letter(raw), settings.map(parseFieldSetting), columns))

test('the column of a field determines the type of its value', () => {
  assert.deepEqual(set('{}', 'string=12', 'decimal=12.50', 'bool=true', 'int=-12', 'timestamp=12', 'duration=5m', 'double=1e-3'), {
    string: '12',
    decimal: '12.50',
    bool: true,
    int: -12,
    timestamp: 12,
    duration: '5m',
    double: 0.001,
  })
  const wrong = { bool: 'yes', int: '9007199254740993', timestamp: '2026-01-01', double: '', string: 'a=b' }
  assert.deepEqual(
    set('{}', ...Object.entries(wrong).map(([name, text]) => `${name}=${text}`)),
    wrong,
    'invalid values stay text for the record validator to reject',
  )
})

test('a field without a column keeps its type or infers one; := sets JSON', () => {
  assert.deepEqual(set('{"a":"x","b":1}', 'a=1', 'b=2', 'c=2', 'd=1.0', 'e=false', 'f:=null', 'string:={"x":[1]}'), {
    a: '1',
    b: 2,
    c: 2,
    d: '1.0',
    e: false,
    f: null,
    string: { x: [1] },
  })
  assert.deepEqual(Object.keys(set('{"a":1,"b":2}', 'a=3', '__proto__=4') as object), ['a', 'b', '__proto__'])
})

test('an invalid setting, and a dead letter that is not a JSON object, are rejected with the fix', () => {
  for (const text of ['amount', '=3', ':=3']) assert.throws(() => parseFieldSetting(text), /is not FIELD=VALUE; write --set amount=12\.50/)
  assert.throws(() => parseFieldSetting('a:=no'), /^UsageError|--set a:=no is not JSON/)
  for (const raw of ['no json', '[1]', 'null', Uint8Array.of(0xff)])
    assert.throws(() => setFields(letter(raw), [parseFieldSetting('a=1')], columns), {
      code: 'SPILL_INPUT',
      message: /^dead letter 7 is not a JSON object, so it has no fields to set; replace the record with --file FILE$/,
    })
})
