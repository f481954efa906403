/** The house rules on the present tree. `rules.test.ts` shows that each rule detects violations. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { errorCodes } from '../../src/base/errors.ts'
import { limits } from '../../src/base/limits.ts'
import { textFiles } from '../sources/files.ts'
import { parseModule } from '../sources/syntax.ts'
import { missingFiles, pageTooLong, roomTableFaults, unlinkedPages } from './architecture-page.ts'
import { bareNames } from './bare-names.ts'
import { missingFilesInComments, missingNamesInComments } from './comment-references.ts'
import { importsPastDoors, unusedDoorNames, withoutDoors } from './doors.ts'
import { pathFaults } from './code-paths.ts'
import { cycles, floors, reaches, storeImports, unknownRooms, upwardImports, upwardInside } from './floors.ts'
import { relativeComments, repeatedExports } from './prose.ts'
import { errorDocumentation, missingSections, resolvedAddresses, undecidedScripts, unknownLimits, unusedLimits } from './promises.ts'
import { unescapedPrinting } from './printing.ts'
import { FILE_LINES_MEDIAN_MAX, filesTooLong, functionsTooLong, longFiles, medianLines } from './sizes.ts'
import { looseOmits } from './strict-types.ts'
import { emptyNames, matchedMessages, placeNames, uncontrolled } from './words.ts'

const files = textFiles()
const code = files.filter(({ path }) => /\.(tsx?|mjs)$/.test(path))
const modules = code.map(parseModule)
const modulesWithoutDoors = withoutDoors(modules)
const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '')
const none = (violations: readonly string[]): void => assert.deepEqual(violations, [])

test('imports only go down', () => none(upwardImports(modules)))
test('imports only go down inside rooms', () => none(upwardInside(modules)))
test('rooms import from each other only through doors', () => none(importsPastDoors(modules)))
test('doors export what other rooms import', () => none(unusedDoorNames(modules)))
test('command line and servers read the store through use cases', () => none(storeImports(modules)))
test('every room has a floor and a line in ARCHITECTURE.md', () => none(unknownRooms(modules, textOf('ARCHITECTURE.md'))))
test('the paths drawn in ARCHITECTURE.md are true', () => none(pathFaults(modulesWithoutDoors, textOf('ARCHITECTURE.md'))))
test('the table in ARCHITECTURE.md has every room', () => none(roomTableFaults(modules, textOf('ARCHITECTURE.md'), floors)))
test('ARCHITECTURE.md is one page', () => none(pageTooLong(textOf('ARCHITECTURE.md'))))
test('ARCHITECTURE.md links to the page of each room that has one', () => {
  const paths = files.map(({ path }) => path)
  none(unlinkedPages(paths, textOf('ARCHITECTURE.md')))
})
test('ARCHITECTURE.md and the pages of rooms name files that exist', () =>
  none(missingFiles(files.filter(({ path }) => path === 'ARCHITECTURE.md' || /^src\/.*\.md$/.test(path)))))
test('no files import each other in a circle', () => none(cycles(modules)))
test('the oracle is independent of what it judges', () =>
  none(reaches(modulesWithoutDoors, 'test/oracle/', ['kernel', 'aggregate', 'expression', 'sql'])))

test('test/README.md names every folder of tests', () => {
  const folders = new Set(files.flatMap(({ path }) => /^test\/[^/]+\//.exec(path)?.[0].slice('test/'.length) ?? []))
  none([...folders].filter(folder => !textOf('test/README.md').includes(`\`${folder}\``)))
})

test('files are short', () => none(filesTooLong(code, longFiles)))
test('the median file is short', t => {
  const median = medianLines(code)
  t.diagnostic(`median file of the library: ${median} lines`)
  assert.ok(median <= FILE_LINES_MEDIAN_MAX, `${median} lines`)
})
test('functions are short', () => none(functionsTooLong(modules)))

test('each exported name is declared once', () => none(repeatedExports(modules)))
test('comments and titles of tests name a thing', () => none(relativeComments(modules)))
test('types omit fields that exist', () => none(looseOmits(modules)))
test('comments name source files that exist', () =>
  none(
    missingFilesInComments(
      modules.filter(({ path }) => /^(src|test|bench|scripts)\//.test(path)),
      files.map(({ path }) => path),
    ),
  ))
test('comments name functions, types and limits that exist', () =>
  none(
    missingNamesInComments(
      modules.filter(({ path }) => /^(src|test|bench|scripts)\//.test(path)),
      modules,
    ),
  ))
test('names say what a file holds', () => none(emptyNames(files)))
test('names of declarations are nouns and verbs', () => none(bareNames(modules)))
test('clock, chance and timers come from base', () => none(uncontrolled(modules)))
test('no message of our own is matched by its text', () => none(matchedMessages(modules)))
test('no registry and no folder of a machine is named', () => none(placeNames(files)))

test('commands print through src/cli/command/print.ts', () => none(unescapedPrinting(code)))

test('every error code is documented and used', () =>
  none(errorDocumentation(Object.keys(errorCodes), textOf('docs/reference/errors.md'), code)))
test('comments cite sections of docs/reference/semantics.md that exist', () =>
  none(missingSections(textOf('docs/reference/semantics.md'), code)))
test('every limit is used', () => none(unusedLimits(Object.keys(limits), code)))
test('messages and pages name limits that exist', () => none(unknownLimits(Object.keys(limits), files)))
test('package.json allows or denies every install script', () =>
  none(undecidedScripts(JSON.parse(textOf('package-lock.json')), JSON.parse(textOf('package.json')))))
for (const lock of ['package-lock.json', 'site/package-lock.json'])
  test(`${lock} names no registry`, () => none(resolvedAddresses(JSON.parse(textOf(lock)))))
