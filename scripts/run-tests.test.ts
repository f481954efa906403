import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

const imports = `import { describe, it, test } from 'node:test'\n`

/** Output of the runner for test files, in the folder `test` unless their names have one: its last line, everything before it, and its exit code. */
function runnerOver(
  files: Record<string, string>,
  bounds: Record<string, string> = {},
): { last: string; all: string; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-runner-'))
  try {
    writeFileSync(join(folder, 'suite.ts'), `${imports}test('registered elsewhere', () => {})`)
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name.includes('/') ? '' : 'test', `${name}.test.ts`)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, imports + text)
    }
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const script = join(import.meta.dirname, 'test.ts')
    const { stdout, stderr, status } = spawnSync(process.execPath, [script, 'test.ts'], {
      cwd: folder,
      env: { ...env, ...bounds },
      encoding: 'utf8',
    })
    return { last: stdout.trimEnd().split('\n').at(-1)!, all: stdout + stderr, status }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('counts each test once, skipped tests separately, and no suites', () => {
  const { last, status, all } = runnerOver({
    good: `test('a', () => {}); describe('s', () => { it('b', () => {}) }); test('c', { skip: true }, () => {}); test('d', { todo: true }, () => {})`,
  })
  assert.equal(last, '2 passed, 0 failed, 2 skipped', all)
  assert.equal(status, 0)
})

test('a failure is printed with its place and counted once, in a suite or not', () => {
  const { last, status, all } = runnerOver({
    bad: `describe('s', () => { it('b', () => { throw new Error('no good') }) }); test('a', () => {})`,
  })
  assert.equal(last, '1 passed, 1 failed', all)
  assert.equal(status, 1)
  assert.match(all, /✖ b \(test\/bad\.test\.ts:2\)\n\s+Error: no good/)
})

test('a file that crashes, ends early or has no tests has failed', () => {
  const { last, status, all } = runnerOver({
    crashed: `throw new Error('boom')`,
    early: `test('a', () => { process.exit(0) }); test('b', () => {})`,
    empty: ``,
    after: `test('a', () => {}); process.on('exit', () => { process.exitCode = 3 })`,
    hook: `import { before } from 'node:test'; describe('s', () => { before(() => { throw new Error('hook') }); it('b', () => {}) })`,
  })
  assert.equal(last, '1 passed, 6 failed', all)
  assert.equal(status, 1)
  assert.match(all, /crashed\.test\.ts ended before its tests did[^]*boom/)
})

test('ends and fails a file that would run forever, without delaying other files', () => {
  const server = `import { createServer } from 'node:http'; const open = () => createServer().listen(0, '127.0.0.1')\n`
  const { last, status, all } = runnerOver(
    {
      hook: `${server}test('a', t => { t.after(() => { throw new Error('no good') }); const up = open(); t.after(() => up.close()) })`,
      left: `${server}test('a', () => void open())`,
      loop: `test('a', () => { for (;;); })`,
      stuck: `${server}test('a', () => { open(); return new Promise(() => {}) })`,
      well: `test('a', () => {})`,
    },
    { SPILLWAY_TEST_FILE_MS: '4000', SPILLWAY_TEST_AFTER_MS: '300' },
  )
  assert.equal(last, '2 passed, 5 failed', all)
  assert.equal(status, 1)
  assert.match(all, /✖ a \(test\/hook\.test\.ts:3\)\n\s+Error: no good/)
  for (const file of ['hook', 'left'])
    assert.match(all, new RegExp(`${file}\\.test\\.ts ended before[^✖]*its tests were done, and .*TCPServerWrap held it`))
  for (const file of ['loop', 'stuck']) assert.match(all, new RegExp(`${file}\\.test\\.ts ended before[^✖]*not done after 4 s`))
})

test('skips a file that would begin after the time of the suite, and counts it', () => {
  const late = runnerOver({ late: `test('a', () => assert.fail('begun'))` }, { SPILLWAY_TESTS_UNTIL: '1' })
  assert.deepEqual([late.last, late.status], ['0 passed, 0 failed, 1 skipped', 0], late.all)
  assert.match(late.all, /^– test\/late\.test\.ts {2}skipped: the time for this suite was over/m)
  const early = runnerOver({ early: `test('a', () => {})` }, { SPILLWAY_TESTS_UNTIL: String(Date.now() + 600_000) })
  assert.equal(early.last, '1 passed, 0 failed', early.all)
})

test('test files of a room share a process, each with hooks of its own, and each is counted by itself', () => {
  const { last, status, all } = runnerOver({
    'src/kernel/good': `import { beforeEach } from 'node:test'\nbeforeEach(t => { if (t.name !== 'a') throw new Error('not mine') })\ntest('a', () => {})`,
    'src/kernel/bad': `test('b', () => { throw new Error('no good') })`,
    'src/kernel/empty': `if (process.argv.length === 0)\n  test('d', () => {})`,
    'src/kernel/hook': `import { before } from 'node:test'\nbefore(() => { throw new Error('no fixture') })\ntest('e', () => {})`,
    'src/kernel/suite': `import '../../suite.ts'`,
    'src/kernel/alone': `test('c', () => process.exit(1))`,
    'src/log/single': `test('f', () => {})`,
  })
  assert.equal(last, '3 passed, 5 failed', all)
  assert.equal(status, 1)
  assert.match(all, /✖ b \(src\/kernel\/bad\.test\.ts:2\)\n\s+Error: no good/)
  assert.match(all, /Error: no fixture/)
  assert.match(all, /✖ src\/kernel\/empty\.test\.ts has no tests/)
  assert.match(all, /src-kernel-1\.test\.ts, 4 files {2}1 of 3/)
  assert.match(all, /✖ src\/kernel\/alone\.test\.ts ended before its tests/)
  assert.match(all, /✔ src\/log\/single\.test\.ts {2}1 of 1/)
})

test('no test at all is a failure', () => {
  const { last, status } = runnerOver({})
  assert.equal(last, '0 passed, 0 failed')
  assert.equal(status, 1)
})
