import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSync } from 'oxc-parser'
import { parseModule } from '../sources/syntax.ts'
import { faultsOf, withFault } from './faults.ts'

/** Every faulty form of a text. */
const faulty = (text: string): string[] => faultsOf(parseModule({ path: 'a.ts', text })).map(fault => withFault(text, fault))

test('comparisons, arithmetic and logic take the neighbouring operator', () => {
  assert.deepEqual(faulty('a < b'), ['a <= b'])
  assert.deepEqual(faulty('(a) >= (b)'), ['(a) > (b)'])
  assert.deepEqual(faulty('a === b'), ['a !== b'])
  assert.deepEqual(faulty('a + b * c'), ['a - b * c', 'a + b / c'])
  assert.deepEqual(faulty('a && b'), ['a || b'])
  assert.deepEqual(faulty('a += b'), ['a -= b'])
  assert.deepEqual(faulty('a >>> b'), ['a >> b'])
})

test('a loop misses its last round', () => {
  assert.deepEqual(faulty('for (; a < b.c; a++) d'), ['for (; a < b.c - 1; a++) d'])
  assert.deepEqual(faulty('for (; a >= b; ) d'), ['for (; a > b; ) d'])
})

test('numbers are one off, booleans turned, negations dropped or added', () => {
  assert.deepEqual(faulty('f(0, -1, 2n, true)'), [
    'f(1, -1, 2n, true)',
    'f(0, 1, 2n, true)',
    'f(0, -0, 2n, true)',
    'f(0, -1, 3n, true)',
    'f(0, -1, 2n, false)',
  ])
  assert.deepEqual(faulty('if (!a) b++'), ['if (a) b++', 'if (!a) b--'])
  assert.deepEqual(faulty('a.b ? c : d'), ['!(a.b) ? c : d'])
})

test('types, messages, assertions, keys and loop counters are left alone', () => {
  for (const text of [
    `let a: 1 | 2`,
    `type A = { 1: true }`,
    `throw new Error('a' + 1)`,
    `a = 'a' + b + c`,
    'a = `${a}` + b',
    `assert(a < b, 'a < b')`,
    `new SpillwayError('A', f(1))`,
    `a = { 1: b }`,
    `for (;;a++) b`,
    `import a from './1.ts'`,
  ])
    assert.deepEqual(faulty(text), [], text)
})

test('a cast does not hide what it casts', () => assert.deepEqual(faulty('(a < b) as boolean'), ['(a <= b) as boolean']))

test('a fault names its line and what stood there', () => {
  const [{ of: _, ...fault }] = faultsOf(parseModule({ path: 'src/a.ts', text: `// é 😀\n\n  if (a < b) c()\n` }))
  assert.deepEqual(fault, { path: 'src/a.ts', line: 3, start: 17, end: 18, was: '<', is: '<=', code: 'if (a < b) c()' })
})

test('every fault is still a program', () => {
  const text = `export const f = (a: number, b = 1): boolean => { for (let i = 0; i < a - -b; i++) if (!f(i, -1) || a ** 2 >= b % 3) return a > 0 ? !(b < 1) : false; return true }`
  const forms = faulty(text)
  assert.ok(forms.length > 15)
  for (const form of forms) assert.deepEqual(parseSync('a.ts', form).errors, [], form)
})
