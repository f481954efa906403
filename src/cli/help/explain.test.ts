import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { errorCodes } from '../../base/errors.ts'
import { called, calledJson } from '../../../test/cli/called.ts'
import { main } from '../main.ts'
import { explanationText } from './explain.ts'
import { type Explanation, explanations } from './explanations.ts'

const docs = join(import.meta.dirname, '../../../docs')

/** Each explanation on a page of errors: a heading with the code, the meaning, and a paragraph that begins with **Fix:**. */
function pageExplanations(page: string): Map<string, Explanation> {
  const plain = page.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
  const [, ...parts] = plain.split(/^## (?=SPILL_\w+$)/m)
  return new Map(
    parts.map(part => {
      const [code, ...rest] = part.split('\n')
      const [meaning, fix] = rest.join('\n').split('**Fix:**')
      return [code, { meaning: meaning.trim(), fix: fix?.trim() ?? '' }]
    }),
  )
}

const words = (text: string): string => text.split(/\s+/).join(' ')

test('the page of errors says of each code what `spillway explain` says', () => {
  const [file, ...others] = globSync('**/errors.md', { cwd: docs })
  assert.deepEqual(others, [])
  const page = pageExplanations(readFileSync(join(docs, file), 'utf8'))
  assert.deepEqual([...page.keys()].toSorted(), Object.keys(errorCodes).toSorted())
  for (const [code, { meaning, fix }] of Object.entries(explanations)) {
    assert.equal(words(page.get(code)!.meaning), words(meaning), code)
    assert.equal(words(page.get(code)!.fix), words(fix), code)
  }
})

test('a code is explained under each of its spellings, wrapped to the terminal', async () => {
  const { status, out } = await called('explain', 'SPILL_BUSY')
  assert.equal(status, 0)
  assert.match(
    out,
    /^SPILL_BUSY: another process holds the data folder\n\nAnother process holds the data folder\. [^]*\n\nFix: stop the process/,
  )
  assert.ok(out.split('\n').every(line => line.length <= 100))
  for (const spelling of ['spill_busy', 'busy']) assert.equal((await called('explain', spelling)).out, out)
  assert.ok(
    explanationText('SPILL_KEY', 40)
      .split('\n')
      .every(line => line.length <= 40),
  )
})

test('without a code all are listed, as JSON too', async () => {
  assert.match((await called('explain')).out, /^ {2}SPILL_ASSERT +an invariant of Spillway itself does not hold: a bug$/m)
  const all = await calledJson<{ code: string; fix: string }>('explain')
  assert.deepEqual(
    all.map(({ code }) => code),
    Object.keys(errorCodes),
  )
  assert.ok(all.every(({ fix }) => fix !== '' && !fix.includes('\n')))
})

for (const [args, status, message] of [
  [['SPILL_BUSSY'], 1, /^SPILL_NOT_FOUND: there is no error code 'SPILL_BUSSY'; did you mean 'SPILL_BUSY'\?$/],
  [['clock-evicted'], 1, /^SPILL_NOT_FOUND: there is no error code 'clock-evicted'; did you mean 'SPILL_CLOCK_EVICTED'\?$/],
  [['SPILL_KEY', 'SPILL_FILE'], 2, /^expected one code, but also got SPILL_FILE$/m],
] as const)
  test(`explain ${args.join(' ')} is rejected`, async () => {
    const result = await called('explain', ...args)
    assert.deepEqual([result.status, result.out], [status, ''])
    assert.match(result.err, message)
  })

test('on a terminal, an error with a code ends with the command that explains it', async t => {
  const { isTTY } = process.stderr
  let text = ''
  t.mock.method(console, 'error', (line: string) => void (text += `${stripVTControlCharacters(line)}\n`))
  t.mock.method(process.stderr, 'write', (part: string) => ((text += part), true))
  for (const [isTerminal, hint] of [
    [true, 'Run spillway explain SPILL_NOT_FOUND for the causes and the fix.\n'],
    [false, ''],
  ] as const) {
    text = ''
    process.stderr.isTTY = isTerminal
    const status = await main(['explain', 'nothing'])
    process.stderr.isTTY = isTTY
    assert.equal(status, 1)
    assert.match(text, /^SPILL_NOT_FOUND: there is no error code 'nothing'.*\n/)
    assert.equal(text.slice(text.indexOf('\n') + 1), hint)
  }
})
