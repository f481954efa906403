import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../../base/limits.ts'
import { controlRequests, type ControlOperation } from './control-request.ts'

const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

const accepted: readonly (readonly [ControlOperation, object, object?])[] = [
  ['editDeadLetter', { id: 3, version: 'v', set: { amount: null } }],
  ['editDeadLetter', { id: 3, version: 'v', rename: { value: 'amount' } }],
  ['editDeadLetter', { id: 3, version: 'v', raw: '' }],
  ['editDeadLetter', { id: 3, version: 'v', rawBase64: 'Iv8i' }],
  ['replayDeadLetters', { ids: [3, 1, 3] }, { ids: [3, 1] }],
  ['replayDeadLetters', { ids: many(limits.DEAD_LETTERS_CHANGED_MAX), source: 's', omitUnsendable: true, fingerprint: 'f' }],
  ['replayDeadLetters', { ids: [3, 1], versions: { 3: 'v', 7: 'v' } }],
  ['dropDeadLetters', { ids: [1], why: 'noise' }],
  ['retryEffects', { numbers: [2, 2] }, { numbers: [2] }],
  ['dropEffects', { numbers: [1], why: 'noise' }],
  ['cancelJob', { kind: 'batch-run', name: 'usual' }],
  ['cancelJob', { kind: 'reconciliation' }],
  ['cancelJob', { kind: 'backup' }],
  ['cancelJob', { kind: 'report', name: 'list', number: 12 }],
  ['cancelJob', { kind: 'reconciliation', number: 12 }],
  ['promoteModel', { model: 'fraud', version: 3 }],
  ['promoteModel', { model: 'fraud', version: 0 }],
  ['promoteModel', { model: 'fraud', version: 'previous' }],
]

test('requests are returned as they are, each number once', () => {
  for (const [operation, request, parsed = request] of accepted) assert.deepEqual(controlRequests[operation](request), parsed)
})

const rejected: readonly (readonly [ControlOperation, unknown, RegExp])[] = [
  ['editDeadLetter', undefined, /^a request is an object; got nothing$/],
  ['editDeadLetter', [1], /^a request is an object; got \[1\]$/],
  ['editDeadLetter', { id: 0, version: 'v', raw: '' }, /^"id" is the number of a dead letter; got 0$/],
  [
    'editDeadLetter',
    { id: 1, raw: '' },
    /^"version" is the version of the record that you have seen, as GET \/dead-letters has it; got nothing$/,
  ],
  ['editDeadLetter', { id: 1, version: 'v' }, /^send one change: "set" or "rename", an object of fields; "raw", a text; or "rawBase64"$/],
  ['editDeadLetter', { id: 1, version: 'v', raw: '', set: { a: 1 } }, /^send one change/],
  ['editDeadLetter', { id: 1, version: 'v', set: {} }, /^"set" is an object of fields with their values; got \{\}$/],
  ['editDeadLetter', { id: 1, version: 'v', set: null }, /^"set" is an object of fields with their values; got null$/],
  ['editDeadLetter', { id: 1, version: 'v', rename: { a: 1 } }, /^"rename" is an object of fields with their new names; got \{"a":1\}$/],
  ['editDeadLetter', { id: 1, version: 'v', raw: 7 }, /^"raw" is a text; got 7$/],
  ['editDeadLetter', { id: 1, version: 'v', rawBase64: 'Iv8' }, /^"rawBase64" is base64; got 'Iv8'$/],
  ['editDeadLetter', { id: 1, version: 'v', rawBase64: '?'.repeat(1 << 20) }, /^"rawBase64" is base64; got '\?{79}$/],
  ['replayDeadLetters', { ids: [] }, /^"ids" has 0 numbers; give 1 to 1000$/],
  ['replayDeadLetters', { ids: many(limits.DEAD_LETTERS_CHANGED_MAX + 1) }, /^"ids" has 1001 numbers; give 1 to 1000$/],
  ['replayDeadLetters', { ids: [1, 1.5] }, /^"ids" is a list of numbers from 1: \[1, 2\]; got \[1,1\.5\]$/],
  ['replayDeadLetters', { ids: 'all' }, /^"ids" is a list of numbers from 1: \[1, 2\]; got 'all'$/],
  ['replayDeadLetters', { id: 1 }, /^there is no field 'id' here; did you mean 'ids'\?$/],
  ['replayDeadLetters', { ids: [1], source: 1 }, /^"source" is the name of a source; got 1$/],
  ['replayDeadLetters', { ids: [1], omitUnsendable: 1 }, /^"omitUnsendable" is true or false; got 1$/],
  ['replayDeadLetters', { ids: [1], fingerprint: 1 }, /^"fingerprint" is that of a pipeline; got 1$/],
  [
    'replayDeadLetters',
    { ids: [1], versions: ['v'] },
    /^"versions" is an object of ids with the versions that you have seen; got \["v"\]$/,
  ],
  ['replayDeadLetters', { ids: [1], versions: { 1: 7 } }, /^"versions" is an object of ids with the versions that you have seen; got /],
  ['dropDeadLetters', { ids: [1] }, /^the reason is missing: send \{ "why": "nobody listens" \}$/],
  ['dropDeadLetters', { ids: [1], why: ' ' }, /^the reason is missing/],
  ['retryEffects', { numbers: [-1] }, /^"numbers" is a list of numbers from 1: \[1, 2\]; got \[-1\]$/],
  ['dropEffects', { numbers: [1], why: 7 }, /^the reason is missing/],
  ['cancelJob', { kind: 'export', name: 'a' }, /^"kind" is one of batch-run, report, training, reconciliation, backup; got 'export'$/],
  ['cancelJob', { name: 'a' }, /^"kind" is one of batch-run, .*; got nothing$/],
  ['cancelJob', { kind: 'report' }, /^"name" is that of a feature group, a report or a model; got nothing$/],
  ['cancelJob', { kind: 'training', name: 7 }, /^"name" is that of a feature group, a report or a model; got 7$/],
  ['cancelJob', { kind: 'reconciliation', name: 'a' }, /^a reconciliation has no "name"; got 'a'$/],
  ['cancelJob', { kind: 'report', name: 'a', why: 'x' }, /^there is no field 'why' here; there is kind, name, number$/],
  ['cancelJob', { kind: 'report', name: 'a', number: 0 }, /^"number" is that of the attempt to cancel; got 0$/],
  ['promoteModel', { version: 3 }, /^"model" is the name of a model; got nothing$/],
  [
    'promoteModel',
    { model: 'fraud' },
    /^"version" is the number of a version, 0 for the score of the definition, or "previous"; got nothing$/,
  ],
  ['promoteModel', { model: 'fraud', version: -1 }, /^"version" is the number of a version, .*; got -1$/],
  ['promoteModel', { model: 'fraud', version: '3' }, /^"version" is the number of a version, .*; got '3'$/],
]

for (const [operation, request, message] of rejected)
  test(`rejected: ${operation} ${message.source}`, () => {
    assert.throws(() => controlRequests[operation](request), { code: 'SPILL_INPUT', message })
  })
