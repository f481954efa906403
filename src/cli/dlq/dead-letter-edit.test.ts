import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ColumnIR } from '../../define/ir/ir.ts'
import { recordFields, setFields } from '../../operate/control/dead-letter-record.ts'
import { checkFieldNames, columnsOf, fieldValues, parseFieldSetting } from './dlq-edit.ts'

const columns: readonly ColumnIR[] = (['string', 'decimal', 'bool', 'int', 'timestamp', 'duration', 'double'] as const).map(type => ({
  name: type,
  type,
  nullable: true,
}))

const letter = (raw: string | Uint8Array) => ({ id: 7, raw })

const set = (raw: string, ...settings: readonly string[]): unknown =>
  JSON.parse(setFields(letter(raw), fieldValues(settings.map(parseFieldSetting), recordFields(letter(raw)), columns)))

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

test('a field of a record that a map reads keeps its type, whatever the column of its name', () => {
  const record = { decimal: 1000 }
  const edit = (form?: { readonly mapped: true }) =>
    fieldValues([parseFieldSetting('decimal=1250')], record, columnsOf({ form }, { columns, mapVersion: '1' }))
  assert.deepEqual([edit(), edit({ mapped: true })], [{ decimal: 1250 }, { decimal: '1250' }])
})

test('fields that are not set keep every digit of their numbers', () => {
  const raw = '{"id":9007199254740993,"rate":0.10,"far":1e400,"amount":"much","deep":[{"n":12345678901234567890}]}'
  assert.equal(setFields(letter(raw), { amount: 1.5 }), raw.replace('"much"', '1.5'))
})

test('an invalid setting, and a dead letter that is not a JSON object, are rejected with the fix', () => {
  for (const text of ['amount', '=3', ':=3']) assert.throws(() => parseFieldSetting(text), /is not FIELD=VALUE; write --set amount=12\.50/)
  assert.throws(() => parseFieldSetting('a:=no'), /^UsageError|--set a:=no is not JSON/)
  for (const raw of ['no json', '[1]', 'null', Uint8Array.of(0xff)])
    assert.throws(() => setFields(letter(raw), { a: 1 }), {
      code: 'SPILL_INPUT',
      message: /^dead letter 7 is not a JSON object, so it has no fields to set; replace the whole record$/,
    })
})

test('a field that nothing reads is rejected, or a warning where the map of the source reads the names of the sender', () => {
  const source = { name: 'rides', columns: [...columns, { name: 'bike', type: 'string', nullable: false }] } as const
  const check = (setting: string, mapVersion?: string, form?: { readonly mapped: true }) =>
    checkFieldNames(
      [parseFieldSetting(setting).field],
      { raw: '{"bike_id":1,"at":2}', form },
      { ...source, ...(mapVersion !== undefined && { mapVersion }) },
    )
  for (const setting of ['bike=1', 'bike_id=1', 'bool:=true']) assert.deepEqual(check(setting), [])
  assert.throws(() => check('bkie=1'), { code: 'SPILL_INPUT', message: "source 'rides' has no column 'bkie'; did you mean 'bike'?" })
  assert.deepEqual(check('bike_id=1', '1'), [])
  assert.deepEqual(check('bike_is=1', '1'), [
    "warning: 'bike_is' is a new field of the record, which the map of 'rides' reads; did you mean 'bike_id'?",
  ])
  // A name of a column is no name of the sender.
  assert.deepEqual(check('bike=1', '1'), [
    "warning: 'bike' is a new field of the record, which the map of 'rides' reads; there is bike_id, at",
  ])
  // A row after the map has the columns of the source.
  assert.deepEqual(check('bike=1', '1', { mapped: true }), [])
  assert.throws(() => check('bkie=1', '1', { mapped: true }), { code: 'SPILL_INPUT' })
  assert.deepEqual(checkFieldNames(['a'], { raw: 'no json', form: undefined }, source), [])
})
