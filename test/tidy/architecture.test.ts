import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesOf } from '../sources/syntax.ts'
import { missingFiles, pageTooLong, roomTableFaults, unlinkedPages } from './architecture-page.ts'
import { pathFaults } from './code-paths.ts'

/** A tree with the drawing of its event path: `queue` is reached through an interface. */
const pathTree = {
  'src/cli/main.ts': `import '../serve/route.ts'\nimport '../run/queue.ts'\nexport const main = () => {}`,
  'src/serve/route.ts': `import '../intake/parse.ts'\nexport function route() {}`,
  'src/intake/parse.ts': `export class Parser {\n  parse() {}\n  #validate() {}\n}`,
  'src/run/queue.ts': `export class Queue {\n  add() {}\n}`,
}
const drawing = (...stages: string[]): string => `# A\n\n## The event path\n\n\`\`\`text\n${stages.join('\n   │\n')}\n\`\`\`\n`
const pathStages = [
  ' 0 compose  cli/main.ts · main   connects',
  ' 1 route    serve/route.ts · route',
  ' 2 parse    intake/parse.ts · Parser.parse   bytes to numbers',
  ' 3 enqueue  run/queue.ts · Queue.add (port)  waits',
]

test('a true drawing of the event path has no faults', () => {
  assert.deepEqual(pathFaults(modulesOf(pathTree), drawing(...pathStages)), [])
})

test('a stage may be a method or an arrow function of a class, if it is public', () => {
  const withMember = (member: string) => modulesOf({ ...pathTree, 'src/intake/parse.ts': `export class Parser {\n  ${member}\n}` })
  assert.deepEqual(pathFaults(withMember('parse = () => 1'), drawing(...pathStages)), [])
  for (const member of ['private parse() {}', '#parse() {}', 'parse = 1'])
    assert.equal(pathFaults(withMember(member), drawing(...pathStages)).length, 1)
})

test('a stage whose file, export or method was renamed is found', () => {
  const renamed = (from: string, to: string) => {
    const files = Object.entries(pathTree).map(([path, text]) => [path.replace(from, to), text.replace(from, to)])
    return pathFaults(modulesOf(Object.fromEntries(files)), drawing(...pathStages))
  }
  assert.deepEqual(renamed('run/queue', 'run/inbox'), ['The event path: stage 3 (enqueue): src/run/queue.ts does not exist'])
  assert.deepEqual(renamed('function route', 'function register'), [
    `The event path: stage 1 (route): src/serve/route.ts exports no 'route'`,
  ])
  assert.deepEqual(renamed('class Queue', 'class Inbox'), [`The event path: stage 3 (enqueue): src/run/queue.ts exports no 'Queue'`])
  assert.deepEqual(renamed('  parse()', '  read()'), [
    `The event path: stage 2 (parse): class Parser in src/intake/parse.ts has no public method 'parse'`,
  ])
  assert.deepEqual(renamed('export const main', 'const main'), [`The event path: stage 0 (compose): src/cli/main.ts exports no 'main'`])
})

test('a stage that is reached otherwise than drawn is found', () => {
  const without = (path: keyof typeof pathTree, imported: string) =>
    modulesOf({ ...pathTree, [path]: pathTree[path].replace(`import '${imported}'`, '') })
  assert.deepEqual(pathFaults(without('src/serve/route.ts', '../intake/parse.ts'), drawing(...pathStages)), [
    'The event path: stage 2 (parse): no earlier stage imports src/intake/parse.ts',
  ])
  assert.deepEqual(pathFaults(without('src/cli/main.ts', '../run/queue.ts'), drawing(...pathStages)), [
    'The event path: stage 3 (enqueue): src/cli/main.ts does not import src/run/queue.ts',
  ])
  const direct = { ...pathTree, 'src/intake/parse.ts': `import '../run/queue.ts'\n${pathTree['src/intake/parse.ts']}` }
  assert.deepEqual(pathFaults(modulesOf(direct), drawing(...pathStages)), [
    'The event path: stage 3 (enqueue): src/intake/parse.ts imports src/run/queue.ts, so it is no (port)',
  ])
})

test('a drawing that is missing, or has a line that is no stage, is found', () => {
  assert.deepEqual(pathFaults(modulesOf(pathTree), '## The path'), ['ARCHITECTURE.md has no drawing under "## The event path"'])
  const [compose, , ...rest] = pathStages
  assert.deepEqual(pathFaults(modulesOf(pathTree), drawing(compose, ' 1 route serve/route.ts: route', ...rest)), [
    'The event path: stage 1 is missing, or its line is not NUMBER VERB FILE · NAME',
    'The event path: 4 lines begin with a number and name a file; 3 of them are stages',
  ])
})

test('another path is numbered from 1 and needs no imports between its stages', () => {
  const page = (...stages: string[]) =>
    `${drawing(...pathStages)}\n## Other paths\n\n### The retry path\n\nText.\n\n\`\`\`text\n${stages.join('\n')}\n\`\`\`\n`
  assert.deepEqual(pathFaults(modulesOf(pathTree), page(' 1 wait  run/queue.ts · Queue.add', ' 2 parse  intake/parse.ts · Parser')), [])
  assert.deepEqual(pathFaults(modulesOf(pathTree), page(' 1 wait  run/queue.ts · Queue.gone', ' 3 parse  intake/parse.ts · Parser')), [
    'The retry path: stage 2 is missing, or its line is not NUMBER VERB FILE · NAME',
    `The retry path: stage 1 (wait): class Queue in src/run/queue.ts has no public method 'gone'`,
  ])
})

test('a room that the table leaves out, invents, misplaces or describes at length is found', () => {
  const rooms = modulesOf({ 'src/run/a.ts': '', 'src/log/b.ts': '', 'src/base/c.ts': '', 'src/index.ts': '' })
  const table = (...rows: string[]) => `## Rooms\n\n| room | purpose |\n| --- | --- |\n${rows.join('\n')}\n\n## Next\n\n| \`base/\` | - |\n`
  const order = ['run', 'log', 'base']
  assert.deepEqual(roomTableFaults(rooms, table('| `run/` | runs |', '| `log/` | logs |', '| `base/` | limits |'), order), [])
  assert.deepEqual(roomTableFaults(rooms, table('| `log/` | logs |', '| `run/` | runs |', '| `attic/` | old |'), order), [
    'the table of rooms leaves out base/',
    'the table of rooms has attic/, which does not exist',
    'the table of rooms is not in the order of test/tidy/floors.ts at run/',
  ])
  const long = Array.from({ length: 16 }, () => 'word').join(' ')
  assert.deepEqual(roomTableFaults(rooms, table('| `run/` | runs |', `| \`log/\` | ${long} |`, '| `base/` | limits |'), order), [
    'the purpose of log/ has more than 15 words',
  ])
})

test('a page that is too long is found, a file that it names and that does not exist, and a page without a link', () => {
  assert.equal(pageTooLong('word '.repeat(2001)).length, 2)
  assert.deepEqual(pageTooLong('word\n'.repeat(2000)), [])
  const text = 'See `kernel/a.ts`, `b.ts`, `attic/`, `src/kernel/` and `Run.submit`.'
  const exist = new Set(['src/kernel/a.ts', 'src/kernel/'])
  assert.deepEqual(
    missingFiles([{ path: 'src/kernel/README.md', text }], path => exist.has(path)),
    ['src/kernel/README.md names b.ts, which does not exist', 'src/kernel/README.md names attic/, which does not exist'],
  )
  assert.deepEqual(unlinkedPages(['src/kernel/README.md', 'src/log/README.md', 'docs/a.md'], '[log](src/log/README.md)'), [
    'ARCHITECTURE.md has no link to src/kernel/README.md',
  ])
})
