import assert from 'node:assert/strict'
import { SpillwayError, type ErrorCode } from '../src/base/errors.ts'

/** Asserts that a definition is rejected with a code and message, and that the place is a line of the calling test. */
export function rejects(build: () => unknown, message: string | RegExp, code: ErrorCode = 'SPILL_DEFINITION'): void {
  const file = /([^/\\]+\.test\.ts)/.exec(new Error('here').stack!.split('\n')[2])![1]
  assert.throws(build, (error: unknown) => {
    assert.ok(error instanceof SpillwayError, String(error))
    const { place = '', message: whole } = error
    const text = whole.slice(place.length + 1)
    if (typeof message === 'string') assert.equal(text, message)
    else assert.match(text, message)
    assert.equal(error.code, code)
    assert.match(place, new RegExp(`(^|/)${file.replaceAll('.', '\\.')}:\\d+$`))
    return true
  })
}
