import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unmarked } from './bytes.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('the mark of UTF-8 is taken off wherever a text is cut, once, and nothing else is', async () => {
  const texts: readonly (readonly [given: string, wanted: string])[] = [
    ['', ''],
    ['\uFEFF', ''],
    ['\uFEFF{"a":1}\n', '{"a":1}\n'],
    ['\uFEFF\uFEFFa', '\uFEFFa'],
    ['1', '1'],
    ['\uFFFD1\n', '\uFFFD1\n'],
    ['a\uFEFF', 'a\uFEFF'],
  ]
  for (const [given, wanted] of texts)
    for (let size = 1; size < 8; size++) {
      const found: Buffer[] = []
      for await (const chunk of unmarked(inPieces(Buffer.from(given), size))) found.push(chunk)
      assert.equal(Buffer.concat(found).toString(), wanted, `${JSON.stringify(given)} in pieces of ${size}`)
    }
})
