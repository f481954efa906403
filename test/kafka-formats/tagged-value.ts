/** Values as the peers of the formats state them: with their types, so that JSON rounds nothing. */
import assert from 'node:assert/strict'

export type TaggedValue =
  | null
  | boolean
  | string
  /** An integer. */
  | { readonly i: string }
  /** A float or double; JSON has no NaN and infinities, which come as text. */
  | { readonly f: number | string }
  /** Bytes in Base64. */
  | { readonly b: string }
  /** A decimal. */
  | { readonly d: string }
  | { readonly l: readonly TaggedValue[] }
  | { readonly o: readonly (readonly [string, TaggedValue])[] }

/** Fails unless the decoded value is the peer's. */
export function assertSameValue(actual: unknown, expected: TaggedValue, label: string): void {
  if (expected === null || typeof expected !== 'object') assert.equal(actual, expected, label)
  else if ('i' in expected) assert.equal(String(actual), expected.i, label)
  else if ('f' in expected) assertSameNumber(typeof actual === 'bigint' ? Number(actual) : actual, Number(expected.f), label)
  else if ('b' in expected) assert.equal(actual, expected.b, label)
  else if ('d' in expected)
    assert.ok(actual === expected.d || actual === Number(expected.d), `${label}: ${String(actual)} is not ${expected.d}`)
  else if ('l' in expected) {
    assert.ok(Array.isArray(actual), label)
    assert.equal(actual.length, expected.l.length, label)
    expected.l.forEach((item, i) => assertSameValue(actual[i], item, label))
  } else {
    assert.ok(typeof actual === 'object' && actual !== null, label)
    const own = new Map(Object.entries(actual))
    assert.deepEqual([...own.keys()].toSorted(), expected.o.map(([name]) => name).toSorted(), label)
    for (const [name, value] of expected.o) assertSameValue(own.get(name), value, `${name}: ${label}`)
  }
}

/** A float of 32 bits may come as the double that it was promoted from. */
function assertSameNumber(actual: unknown, expected: number, label: string): void {
  const isSame = Object.is(actual, expected) || actual === expected || actual === Math.fround(expected)
  assert.ok(isSame, `${label}: ${String(actual)} is not ${expected}`)
}
