/**
 * Natural mistakes in a pipeline file: the compiler's first line about each names the option and the fix, and is the one in
 * `messages/messages.txt`. `UPDATE_GOLDEN=1` writes that file.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'

const MISTAKES_MIN = 20

const folder = resolve(import.meta.dirname, 'messages')
const lines = readFileSync(resolve(folder, 'pipeline.ts'), 'utf8').split('\n')

/** A mistake of the file: a comment, and the statement after it. */
interface Mistake {
  readonly title: string
  /** Texts that the message must contain. */
  readonly words: readonly string[]
  /** Line of the comment, from 1. */
  readonly line: number
}

const mistakes: readonly Mistake[] = lines.flatMap((text, i) => {
  const title = /^\/\/ (.*?): `/.exec(text)?.[1]
  const words = [...text.matchAll(/`([^`]+)`/g)].map(([, word]) => word)
  return title === undefined ? [] : [{ title, words, line: i + 1 }]
})

/** First lines of the compiler's messages, each with its mistake: the last one above it. */
function compile(): readonly { readonly mistake: Mistake | undefined; readonly message: string }[] {
  const tsc = resolve(import.meta.dirname, '../../node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder, encoding: 'utf8' })
  // An input that does not compile has no name to insert.
  assert.doesNotMatch(stdout, /\$\{any\}/)
  return [...stdout.matchAll(/^(?<file>\S+)\((?<line>\d+),\d+\): error TS\d+: (?<message>.*)$/gm)].map(({ groups }) => {
    const { file, line, message } = groups!
    const mistake = file === 'pipeline.ts' ? mistakes.findLast(candidate => candidate.line < Number(line)) : undefined
    return { mistake, message: `${mistake ? '' : `${file}:${line} `}${message}` }
  })
}

test('the compiler explains natural mistakes in one line, with the option and the fix', () => {
  assert.ok(mistakes.length >= MISTAKES_MIN)
  const messages = compile()
  assert.deepEqual(
    messages.filter(({ mistake }) => mistake === undefined),
    [],
    'messages about the definitions above the mistakes',
  )
  const shown = mistakes.map(mistake => {
    const { title, words } = mistake
    const { message } = messages.find(candidate => candidate.mistake === mistake) ?? assert.fail(`compiles: ${title}`)
    for (const word of words) assert.ok(message.includes(word), `${title}: the message lacks ${word}\n${message}`)
    return `${title}\n    ${message}\n`
  })
  const file = resolve(folder, 'messages.txt')
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, shown.join(''))
  assert.equal(shown.join(''), readFileSync(file, 'utf8'))
})
