/** Each house rule finds what it forbids and leaves the rest alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesOf } from '../sources/syntax.ts'
import { missingFilesInComments, missingNamesInComments } from './comment-references.ts'
import { cycles, reaches, storeImports, unknownRooms, upwardImports, upwardInside } from './floors.ts'
import { relativeComments, repeatedExports } from './prose.ts'
import { errorDocumentation, missingSections, resolvedAddresses, undecidedScripts, unknownLimits, unusedLimits } from './promises.ts'
import { unescapedPrinting } from './printing.ts'
import { filesTooLong, functionsTooLong, medianLines } from './sizes.ts'
import { looseOmits } from './strict-types.ts'
import { emptyNames, matchedMessages, placeNames, uncontrolled } from './words.ts'

const lines = (count: number): string => 'let a\n'.repeat(count)

test('an import upward is found, also of a type, a re-export and a dynamic one', () => {
  const faults = upwardImports(
    modulesOf({
      'src/base/a.ts': `import type { K } from '../kernel/k.ts'`,
      'src/define/b.ts': `export * from '../columns/c.ts'`,
      'src/sql/c.ts': `await import('../kernel/k.ts')`,
      'src/cli/d.ts': `import { o } from '../../test/oracle/oracle.ts'`,
      'src/kernel/good.ts': `import { a } from '../base/a.ts'\nimport { b } from './k.ts'\nimport { join } from 'node:path'`,
      'src/base/a.test.ts': `import { K } from '../kernel/k.ts'`,
      'src/index.ts': `export * from './define/b.ts'`,
    }),
  )
  assert.deepEqual(
    faults.map(text => text.split(' ')[0]),
    ['src/base/a.ts', 'src/define/b.ts', 'src/sql/c.ts', 'src/cli/d.ts'],
  )
})

test('an import upward inside a room is found, and a folder without a floor', () => {
  const faults = upwardInside(
    modulesOf({
      'src/run/a.ts': `import './loop/b.ts'`,
      'src/run/loop/b.ts': `import '../groups/c.ts'`,
      'src/run/groups/c.ts': `import '../loop/b.ts'\nimport '../../base/d.ts'\nimport './e.ts'`,
      'src/run/groups/c.test.ts': `import '../loop/b.ts'`,
      'src/run/attic/f.ts': '',
      'src/log/g.ts': `import '../base/d.ts'`,
      'src/sql/duckdb/h.ts': '',
    }),
    { run: ['.', 'loop', 'groups'] },
  )
  assert.deepEqual(faults, [
    'src/run/groups/c.ts imports src/run/loop/b.ts, which is not below it',
    'src/run/attic/f.ts is in a folder that has no floor in test/tidy/floors.ts',
    'src/sql/duckdb/h.ts is in a folder that has no floor in test/tidy/floors.ts',
  ])
})

test('an import of the SQLite store by a surface is found', () => {
  const faults = storeImports(
    modulesOf({
      'src/cli/inspect/a.ts': `import type { SqliteReader } from '../../log/sqlite/reader.ts'`,
      'src/serve/b.ts': `import { openFolder } from '../operate/index.ts'\nimport type { LogStore } from '../log/store.ts'`,
      'src/serve/b.test.ts': `import { readDataFolder } from '../log/sqlite/data-folder.ts'`,
      'src/operate/c.ts': `import { readDataFolder } from '../log/sqlite/data-folder.ts'`,
    }),
  )
  assert.deepEqual(faults, ['src/cli/inspect/a.ts imports src/log/sqlite/reader.ts; call a use case of src/operate/index.ts'])
})

test('a room needs a floor and a name', () => {
  const faults = unknownRooms(modulesOf({ 'src/kernel/a.ts': '', 'src/attic/a.ts': '', 'src/index.ts': '' }), 'kernel/ computes')
  assert.deepEqual(faults, ['src/attic/ has no floor in test/tidy/floors.ts', 'src/attic/ is not named in ARCHITECTURE.md'])
})
test('a circle is found once, whatever its length', () => {
  const circle = { 'a.ts': `import './b.ts'`, 'b.ts': `import './c.ts'`, 'c.ts': `import './a.ts'` }
  assert.deepEqual(cycles(modulesOf({ ...circle, 'd.ts': `import './a.ts'` })), ['a.ts → b.ts → c.ts → a.ts'])
  assert.deepEqual(cycles(modulesOf({ 'a.ts': `import './b.ts'\nimport './c.ts'`, 'b.ts': `import './c.ts'`, 'c.ts': '' })), [])
})

test('a forbidden room is found through another file', () => {
  const modules = modulesOf({
    'test/oracle/a.ts': `import '../../src/define/b.ts'`,
    'src/define/b.ts': `import '../kernel/c.ts'`,
    'src/kernel/c.ts': '',
    'test/oracle/a.test.ts': `import '../../src/sql/d.ts'`,
    'src/sql/d.ts': '',
  })
  assert.deepEqual(reaches(modules, 'test/oracle/', ['kernel', 'sql']), ['test/oracle/a.ts → src/define/b.ts → src/kernel/c.ts'])
})

test('long files are found, unless listed; a list that is out of date too', () => {
  const files = modulesOf({ 'src/a.ts': lines(300), 'src/b.ts': lines(301), 'src/c.ts': lines(400) })
  assert.deepEqual(filesTooLong(files, { 'src/c.ts': 'one table', 'src/a.ts': 'old' }), [
    'src/b.ts has 301 lines',
    'src/a.ts is no longer too long: take it off the list',
  ])
})

test('the median is that of the library without its tests', () => {
  const files = { 'src/base/a.ts': lines(10), 'src/base/b.ts': lines(20), 'src/base/c.ts': lines(90), 'src/base/a.test.ts': lines(1) }
  assert.equal(medianLines(modulesOf({ ...files, 'test/d.ts': lines(1) })), 20)
})

test('long functions are found, the bodies of suites left out', () => {
  const faults = functionsTooLong(
    modulesOf({
      'a.ts': `function f() {\n${lines(69)}}\nfunction g() {\n${lines(68)}}\n`,
      'b.ts': `class A {\n  m() {\n${lines(80)}}\n}`,
      'c.ts': `describe('suite', () => {\n${lines(80)}})\ntest('test', () => {\n${lines(80)}})`,
    }),
  )
  assert.deepEqual(faults, ['a.ts:1 has a function of 71 lines', 'b.ts:2 has a function of 82 lines', 'c.ts:83 has a function of 82 lines'])
})

test('empty names are found as a whole word', () => {
  const files = modulesOf({ 'src/utils/a.ts': '', 'src/base/helper.ts': '', 'src/base/common-words.ts': '', 'src/base/uncommon.ts': '' })
  assert.deepEqual(emptyNames(files), ['src/utils/a.ts', 'src/base/helper.ts', 'src/base/common-words.ts'])
})

test('clock, chance and timers are found in the library, not in base or tests', () => {
  const uses = `const a = Date.now()\nconst b = Math.random\nsetTimeout(f, 1)\nnew Date()\nnew Date(5)\nMath.max(1)\n// Date.now()`
  const faults = uncontrolled(
    modulesOf({ 'src/kernel/a.ts': uses, 'src/base/a.ts': uses, 'src/kernel/a.test.ts': uses, 'test/a.ts': uses }),
  )
  assert.deepEqual(
    faults.map(text => text.split(';')[0]),
    ['1 uses Date.now', '2 uses Math.random', '3 uses setTimeout', '4 uses new Date()'].map(text => `src/kernel/a.ts:${text}`),
  )
})

test('places are found, addresses and relative paths left alone', () => {
  const place = (folder: string) => `open('/${folder}/x')`
  const good = [`'https://example.org/work/x'`, `'../work/x'`, 'a/tmp/b', '}/root/x']
  const bad = [place('work'), place('tmp'), place('root'), ['https://registry', 'npmjs.org'].join('.')]
  assert.equal(placeNames(modulesOf({ 'a.md': '' }).map(file => ({ ...file, text: [...good, ...bad].join('\n') }))).length, bad.length)
})

test('an error code is documented and used, or found', () => {
  const files = modulesOf({ 'src/base/errors.ts': 'SPILL_A, SPILL_B', 'src/kernel/a.ts': `throw 'SPILL_A'`, 'src/a.test.ts': `'SPILL_B'` })
  assert.deepEqual(errorDocumentation(['SPILL_A', 'SPILL_B'], '## SPILL_A\n\n## SPILL_C\n', files), [
    'SPILL_B has no heading in docs/reference/errors.md',
    'docs/reference/errors.md has SPILL_C, which no longer exists',
    'SPILL_B is thrown nowhere',
  ])
})

test('a citation of a section that does not exist is found, also across lines and beside another', () => {
  const documentation = '# Title\n\n## The log\n\n## Numbers, to the bit\n'
  const good = '/** (semantics, the log) (HyperLogLog, semantics, numbers to the bit) semantics (the log, numbers to the bit) */'
  const bad = '/**\n * (semantics, the\n * logs) (docs/reference/semantics.md, Title)\n * semantics (the log, numbers)\n */'
  assert.deepEqual(
    missingSections(documentation, modulesOf({ 'src/kernel/a.ts': good, 'src/kernel/b.ts': bad, 'test/c.ts': bad })),
    ['the logs', 'Title', 'numbers'].map(
      section => `src/kernel/b.ts cites docs/reference/semantics.md, '${section}', which is no heading there`,
    ),
  )
})

test('a limit is used, or found', () => {
  const files = modulesOf({ 'src/base/limits.ts': 'A_MAX, B_MAX', 'src/kernel/a.ts': 'limits.A_MAX, limits.AB_MAX' })
  assert.deepEqual(unusedLimits(['A_MAX', 'B_MAX'], files), ['limits.B_MAX limits nothing'])
})

test('a limit in a message exists, or is found', () => {
  const files = modulesOf({ 'src/serve/a.ts': 'fail(`more than ${limits.A_MAX} (A_MAX, B_MAX)`)', 'src/serve/a.test.ts': '"more (C_MAX)"' })
  assert.deepEqual(unknownLimits(['A_MAX'], files), ['src/serve/a.ts names B_MAX, which is no limit'])
})

test('an address in the lock file is found', () => {
  assert.deepEqual(resolvedAddresses({ packages: { a: {}, b: { resolved: 'https://example.org' } } }), [
    'b has an address in package-lock.json',
  ])
})

test('an install script that package.json neither allows nor denies is found', () => {
  const packages = {
    'node_modules/a': { hasInstallScript: true },
    'node_modules/b/node_modules/@c/d': { hasInstallScript: true },
    'node_modules/e': { hasInstallScript: true },
    'node_modules/f': {},
  }
  assert.deepEqual(undecidedScripts({ packages }, { allowScripts: { a: true, '@c/d': false } }), [
    'node_modules/e has an install script; allow or deny it under allowScripts in package.json',
  ])
  assert.equal(undecidedScripts({ packages }, {}).length, 3)
})

test('a command that prints by itself is found, and a reason that nothing needs', () => {
  const files = Object.entries({
    'src/cli/a.ts': 'console.log(`key ${key}`)',
    'src/cli/b.ts': 'process.stderr.write(text)',
    'src/cli/c.ts': 'console.log(JSON.stringify(decision))',
    'src/cli/d.ts': 'printLines(text)',
    'src/cli/e.ts': 'console.error(help)',
    'src/cli/e.test.ts': 'console.log(text)',
    'src/run/f.ts': 'console.log(text)',
  }).map(([path, text]) => ({ path, text }))
  assert.deepEqual(
    unescapedPrinting(files, { 'src/cli/d.ts': 'why', 'src/cli/e.ts': 'why' }).map(text => text.split(' ', 1)[0]),
    ['src/cli/a.ts', 'src/cli/b.ts', 'src/cli/d.ts'],
  )
})

test('a name that two files export is found, unless it is listed; a re-export and a test are not', () => {
  const files = modulesOf({
    'src/run/a.ts': 'export const plan = 1\nexport interface Row {}',
    'src/log/b.ts': 'export function plan() {}\nexport type Row = string\nconst hidden = 1',
    'src/log/c.ts': `export { plan } from './b.ts'\nexport const hidden = 1`,
    'src/log/b.test.ts': 'export const plan = 1',
  })
  assert.deepEqual(repeatedExports(files, { Row: 'why' }), ['plan is exported by src/run/a.ts and src/log/b.ts'])
})

test('a comment or a title that begins with a relative clause is found', () => {
  const text =
    "/** What a row is. */\nlet a\n/**\n * Who may read.\n */\nlet b\n  // Which of them.\nlet c\n/** Rows, and what they hold. */\nlet d\ntest(`what ${a} is`)\ntest('rows: what they hold')"
  const faults = relativeComments(modulesOf({ 'src/run/a.ts': text, 'test/a.ts': text }))
  assert.deepEqual(
    faults.map(line => line.split(' ')[0]),
    ['src/run/a.ts', 'test/a.ts'].flatMap(path => [1, 3, 7, 11].map(line => `${path}:${line}`)),
  )
})

test('a message that is matched by its text is found', () => {
  const text = [
    "if (error.message.includes('full')) throw error",
    'const [, name] = /of (.+)/.exec((error as Error).message) ?? []',
    "const text = message.replace('a', 'b')",
    "if (error.code === 'SPILL_STORE') throw error",
  ].join('\n')
  const faults = matchedMessages(modulesOf({ 'src/run/a.ts': text, 'src/run/a.test.ts': text, 'src/sql/foreign.ts': text }), {
    'src/sql/foreign.ts': 'a library without codes',
    'src/sql/gone.ts': 'a library that has codes now',
  })
  assert.deepEqual(
    faults.map(line => line.split(' ')[0]),
    ['src/run/a.ts:1', 'src/run/a.ts:2', 'src/run/a.ts:3', 'src/sql/gone.ts'],
  )
})

test('a comment that names a source file which does not exist is found, and an example or a text is not', () => {
  const text = [
    '/**',
    ' * The length is chosen in `convergence.ts`, and in other/block-length.ts.',
    ' * @example',
    " * import './of-a-user.ts'",
    ' */',
    '// see cli/gone.test.ts, *.test.ts and types.d.ts-like names',
    "const path = 'missing.ts' // block-length.ts",
  ].join('\n')
  assert.deepEqual(missingFilesInComments(modulesOf({ 'src/run/a.ts': text }), ['src/run/a.ts', 'src/audit/block-length.ts']), [
    'src/run/a.ts:2 names convergence.ts, which does not exist',
    'src/run/a.ts:6 names cli/gone.test.ts, which does not exist',
  ])
})

test('a name in a comment that no code has is found, before an example', () => {
  const text = [
    '/** Appends like `Log.append`, up to `limits.SEGMENT_ROWS_MAX`; see `appendAll(rows)` and `wanted`.',
    ' *',
    ' * @example',
    ' * `userFunction()`',
    ' */',
    'export class Log {',
    '  // `goneMethod` was here, and `#firstRow` is.',
    '  #firstRow = 0',
    '}',
  ].join('\n')
  const tree = modulesOf({ 'src/log/a.ts': text, 'src/base/limits.ts': 'export const limits = { SEGMENT_ROWS_MAX: 1 }' })
  assert.deepEqual(missingNamesInComments(tree), [
    'src/log/a.ts:1 names appendAll, which does not exist',
    'src/log/a.ts:7 names goneMethod, which does not exist',
  ])
})

test('a loose Omit of the library is found, in a type and after extends', () => {
  const text = `type A = Omit<B, 'c'>\ninterface D extends Omit<B, 'c'> {}\ntype E = StrictOmit<B, 'c'>`
  const faults = looseOmits(
    modulesOf({ 'src/run/a.ts': text, 'src/run/a.test.ts': text, 'src/base/strict-omit.ts': text, 'test/a.ts': text }),
  )
  assert.deepEqual(
    faults.map(fault => fault.split(' ')[0]),
    ['src/run/a.ts:1', 'src/run/a.ts:2'],
  )
})
