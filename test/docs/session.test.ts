import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchFolder } from '../scratch.ts'
import { blocksOf } from './blocks.ts'
import { printsAs } from './output.ts'
import { faultsOf } from './session.ts'

const fence = '```'
const block = (info: string, text: string): string => `${fence}${info}\n${text}\n${fence}\n`

test('blocks are found with their words and lines', () => {
  const markdown = `# A\n\n${block('ts run file=a.ts', 'let a')}\n- item\n  ${fence}sh skip=it takes an hour, run by hand\n  npm x\n    y\n  ${fence}\n`
  const [first, second] = blocksOf(markdown)
  assert.deepEqual(first, { language: 'ts', flags: new Set(['run']), file: 'a.ts', skip: undefined, text: 'let a\n', line: 3 })
  assert.deepEqual(second, {
    language: 'sh',
    flags: new Set(),
    file: undefined,
    skip: 'it takes an hour, run by hand',
    text: 'npm x\n  y\n',
    line: 8,
  })
})

test('output is compared loosely, and still compared', () => {
  assert.equal(printsAs('a   1\nb 2\n', 'a 1\nb   2'), true)
  assert.equal(printsAs('took 12.5 s (fast)\n', 'took … s (fast)'), true)
  assert.equal(printsAs('a\nb\nc\nd\n', 'a\n…\nd'), true)
  assert.equal(printsAs('a\nd\n', 'a\n…\nd'), true)
  assert.equal(printsAs('a\nb\n', 'a'), false)
  assert.equal(printsAs('a 1\n', 'a 2'), false)
  assert.equal(printsAs('abc\n', 'a.c'), false)
})

test('a document that works has no faults', () => {
  const faults = faultsOf(
    'a.md',
    [
      block('csv file=in/rows.csv', 'a,b\n1,2'),
      block('sh', 'wc -l < in/rows.csv'),
      block('text', '2'),
      block('ts file=a.ts', `export const one: number = 1`),
      block('ts run', `import { one } from './a.ts'\nconsole.log(one + 1, process.version)`),
      'prints\n',
      block('text', '2 v24.…'),
      block('json', '{ "a": 1 }'),
      block('text', 'a picture'),
      block('sh skip=needs the network', 'exit 1'),
    ].join('\n'),
  )
  assert.deepEqual(faults, [])
})

test('a process that a block starts serves later blocks, and ends with the document', () => {
  const folder = scratchFolder('left')
  const pid = join(folder, 'pid')
  const leave = `sleep 300 > left.txt 2>&1 &\necho $! > '${pid}'`
  assert.deepEqual(faultsOf('a.md', block('sh', leave) + block('sh', `kill -0 $(cat '${pid}')`)), [])
  const state = () => spawnSync('ps', ['-o', 'stat=', '-p', readFileSync(pid, 'utf8').trim()], { encoding: 'utf8' }).stdout.trim()
  const isGone = () => ['', 'Z'].includes(state().slice(0, 1))
  assert.ok(Array.from({ length: 100 }).some(isGone), 'it is still there')
})

test('each fault of a document is found at its line', () => {
  const faults = faultsOf(
    'a.md',
    [
      block('sh', 'echo hello'),
      block('text', 'good bye'),
      block('sh', 'false\necho never'),
      block('', 'what is this'),
      block('json', '{ a }'),
      block('sh skip=', 'true'),
      block('ts', 'const one: number = true'),
      block('ts run', `throw new Error('boom')`),
    ].join(''),
  )
  assert.deepEqual(
    faults.map(fault => fault.split('\n')[0]),
    [
      'a.md:4 says',
      'a.md:7 ended with exit code 1',
      `a.md:11 '' is neither run nor a file: see CONTRIBUTING.md`,
      'a.md:14 is no JSON',
      'a.md:17 skip= needs the reason',
      'a.md:23 ended with exit code 1',
      'a.md does not type-check: ended with exit code 1',
    ],
  )
  assert.match(faults.at(-1)!, /block-20\.ts\(1,7\): error TS2322/)
})
