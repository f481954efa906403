import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesOf } from '../sources/syntax.ts'
import { bareNames } from './bare-names.ts'

test('finds each declaration whose whole name is a participle or a relative word', () => {
  const text = [
    'const told = 1',
    'for (const [asked] of pairs) f(asked)',
    'function f(what, { x: said, given }, [made] = [], ...taken) {}',
    'interface Heard { readonly wanted: string; asked(): void }',
    'class A { #told = f({ said: 1 }); made() { return this.taken } }',
    'type Given = (what: string) => void',
    'const isTold = told, toldAll = 2, { made: count } = counts',
  ].join('\n')
  const faults = bareNames(modulesOf({ 'src/run/a.ts': text, 'test/run/b.ts': 'let made', 'bench/c.ts': 'let isMade' }))
  assert.deepEqual(
    faults.map(fault => fault.split(" declares '").join(' ').split("'")[0]),
    [
      'src/run/a.ts:1 told',
      'src/run/a.ts:2 asked',
      ...['what', 'said', 'made', 'taken'].map(name => `src/run/a.ts:3 ${name}`),
      ...['Heard', 'wanted', 'asked'].map(name => `src/run/a.ts:4 ${name}`),
      ...['told', 'made'].map(name => `src/run/a.ts:5 ${name}`),
      ...['Given', 'what'].map(name => `src/run/a.ts:6 ${name}`),
      'test/run/b.ts:1 made',
    ],
  )
})
