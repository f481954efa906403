import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modulesOf } from '../sources/syntax.ts'
import { missingFiles, PAGE_WORDS_MAX, pageTooLong, roomTableFaults, unlinkedPages } from './architecture-page.ts'
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
    `The event path: stage 1 (route): src/serve/route.ts declares no 'route'`,
  ])
  assert.deepEqual(renamed('class Queue', 'class Inbox'), [`The event path: stage 3 (enqueue): src/run/queue.ts declares no 'Queue'`])
  assert.deepEqual(renamed('  parse()', '  read()'), [
    `The event path: stage 2 (parse): class Parser in src/intake/parse.ts has no public method 'parse'`,
  ])
  assert.deepEqual(renamed('const main', 'const start'), [`The event path: stage 0 (compose): src/cli/main.ts declares no 'main'`])
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

/** Two paths in a tree where a queue's consumer parses, through a function and a private method, and is called through an interface. */
const callTree = {
  ...pathTree,
  'src/run/consumer.ts': `import { Parser } from '../intake/parse.ts'
    const parserOf = (text: string): Parser => new Parser(text)
    const unused = (parser: Parser) => parser.parse()
    export class Consumer {
      constructor(private readonly parser: Parser) {}
      consume(text: string) { return this.#parse(text) }
      discard(value: { parse: Parser }) { return { parse: value } }
      #parse(text: string) { return parserOf(text).parse() }
    }`,
}
const otherPath = (...lines: string[]): string[] => {
  const page = `${drawing(...pathStages)}\n## Other paths\n\n### The retry path\n\nText.\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n`
  return pathFaults(modulesOf(callTree), page)
}
const consume = ' 1 consume  run/consumer.ts · Consumer.consume'

test('another path is numbered from 1', () => {
  assert.deepEqual(otherPath(consume, ' 2 parse  intake/parse.ts · Parser.parse'), [])
  assert.deepEqual(otherPath(' 1 wait  run/queue.ts · Queue.gone', '  ▼', ' 3 parse  intake/parse.ts · Parser'), [
    'The retry path: stage 2 is missing, or its line is not NUMBER VERB FILE · NAME',
    `The retry path: stage 1 (wait): class Queue in src/run/queue.ts has no public method 'gone'`,
  ])
})

test('a stage of another path is called by an earlier one, or a ▼ says who calls it', () => {
  const parse = ' 2 parse  intake/parse.ts · Parser.parse'
  assert.deepEqual(otherPath(consume, ' 2 create  run/consumer.ts · parserOf', ' 3 parse  intake/parse.ts · Parser.parse'), [])
  assert.deepEqual(otherPath(consume, ' 2 unused  run/consumer.ts · unused'), [
    'The retry path: stage 2 (unused): no earlier stage since the last ▼ calls unused',
  ])
  const uncalled = ['The retry path: stage 2 (parse): no earlier stage since the last ▼ calls Parser.parse']
  assert.deepEqual(otherPath(' 1 discard  run/consumer.ts · Consumer.discard', parse), uncalled)
  assert.deepEqual(otherPath(' 1 wait  run/queue.ts · Queue.add', parse), uncalled)
  assert.deepEqual(otherPath(' 1 wait  run/queue.ts · Queue.add', '   ▼ the queue has room', parse), [])
  assert.deepEqual(otherPath(consume, '   ▼ a commit', parse), [
    'The retry path: stage 2 (parse): the stages before ▼ call Parser.parse, so it needs no ▼',
  ])
  assert.deepEqual(otherPath(consume, '   ▼ a commit', ' 2 wait  run/queue.ts · Queue.add', parse.replace('2', '3')), [
    'The retry path: stage 3 (parse): no earlier stage since the last ▼ calls Parser.parse',
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
  assert.equal(pageTooLong('word '.repeat(PAGE_WORDS_MAX + 1)).length, 2)
  assert.deepEqual(pageTooLong('word\n'.repeat(PAGE_WORDS_MAX)), [])
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
