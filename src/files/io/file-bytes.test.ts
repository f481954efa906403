import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutByteOrderMark } from './file-bytes.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

test('removes one UTF-8 byte order mark, wherever the text is cut, and nothing else', async () => {
  const texts: readonly (readonly [input: string, expected: string])[] = [
    ['', ''],
    ['\uFEFF', ''],
    ['\uFEFF{"a":1}\n', '{"a":1}\n'],
    ['\uFEFF\uFEFFa', '\uFEFFa'],
    ['1', '1'],
    ['\uFFFD1\n', '\uFFFD1\n'],
    ['a\uFEFF', 'a\uFEFF'],
  ]
  for (const [input, expected] of texts)
    for (let size = 1; size < 8; size++) {
      const chunks: Buffer[] = []
      for await (const chunk of withoutByteOrderMark(inPieces(Buffer.from(input), size))) chunks.push(chunk)
      assert.equal(Buffer.concat(chunks).toString(), expected, `${JSON.stringify(input)} in pieces of ${size}`)
    }
})
