/** `spillway init --from` with files from practice: decimal commas, words for yes and no, nested records, odd names. Its output compiles and runs. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { called } from './called.ts'
import { Project } from './project.ts'

const ROWS = 400
const at = (i: number): string => new Date(Date.UTC(2026, 0, 1, 0, 10 * i)).toISOString()
/** `31.12.2025 14:05`. */
const germanTime = (i: number): string => at(i).replace(/^(\d+)-(\d+)-(\d+)T(\d+:\d+).*$/, '$3.$2.$1 $4')
const lines = (head: readonly string[], rowOf: (i: number) => string): string =>
  [...head, ...Array.from({ length: ROWS }, (_, i) => rowOf(i))].join('\n')

const files = {
  // The throughput differs in nearly every row; a tenth of the rows are failures.
  'messung.csv': lines(
    ['Zeit;Anlage;"Durchsatz €";Wärme;Ausfall'],
    i => `${germanTime(i)};a${i % 7};1.${100 + i},${10 + (i % 89)};${i % 30},5;${i % 10 === 0 ? 'Ja' : 'nein'}`,
  ),
  'nested.ndjson': lines([], i =>
    JSON.stringify({ id: `e${i}`, meta: { at: at(i), site: { 'name of site': `s${i % 5}` } }, body: { heat: i % 30, tags: [i] } }),
  ),
  // Reserved words, names of properties of all objects, quotes, blanks, points and other scripts.
  'odd.csv': lines(
    ['"delete",constructor,a.b,"say ""hi""",it\'s,数量,row,series, at ,recent'],
    i => `k${i % 9},${i % 7},${i % 5}.5,${i % 30},${i % 3},x${i % 4},${i % 11},s${i},${at(i)},${i % 8 === 0 ? 'Oui' : 'non'}`,
  ),
  'unclear.csv': lines(['at;line;items'], i => `${at(i)};l${i % 5};1,${100 + i}`),
  'objects.ndjson': lines([], i => JSON.stringify({ body: { heat: i }, tags: [i] })),
}
/** Projects that are made at once, each from the file of its name. */
const names = ['messung', 'nested', 'odd', 'unclear'] as const

interface InitOutput {
  readonly replay: string
  readonly audit: { readonly command?: string; readonly labels?: readonly { imports: string; before: readonly string[]; label: string }[] }
}
let project: Project
const outputs = new Map<string, InitOutput>()

before(async () => {
  project = new Project(files)
  for (const name of ['typescript', '@types/node']) project.link(`node_modules/${name}`, `node_modules/${name}`)
  for (const name of names) {
    const from = project.path(Object.keys(files).find(file => file.startsWith(name))!)
    const { status, out, err } = await called('init', project.path(name), '--from', from, '--decimal', 'point', '--json')
    assert.equal(status, 0, err)
    outputs.set(name, JSON.parse(out) as InitOutput)
  }
})
after(() => project[Symbol.dispose]())

/** The lines of code below the printed hint, by their first words. */
function printedHints(out: string): { imports: string; before: string; label: string }[] {
  const blocks = out
    .slice(out.indexOf('A first audit needs'))
    .split(/^ {2}for .*$/m)
    .slice(1)
  return blocks.map(block => {
    const code = block
      .split('\n')
      .filter(line => line.startsWith('    '))
      .map(line => line.trim())
    return { imports: code[0], before: code.slice(1, -1).join('\n'), label: code.at(-1)! }
  })
}

test('the projects, and every label that is printed, type-check; their tests pass', async () => {
  const { out, err } = await called('init', project.path('hints'), '--from', project.path('nested.ndjson'))
  assert.equal(err, '')
  const hints = printedHints(out)
  assert.deepEqual(
    hints.map(({ label }) => /^label: (\w+)/.exec(label)?.[1]),
    ['begins', 'labelFrom'],
  )
  for (const [i, { imports, before: declared, label }] of hints.entries()) {
    const text = project.read('hints/pipeline.ts')
    const labelled = text.replace('export const unusual', `${declared}\n$&`).replace('  score: v =>', `  ${label}\n$&`)
    assert.notEqual(labelled, text)
    project.write(`hints/labelled-${i}.ts`, `${imports}\n${labelled}`)
  }
  project.write('tsconfig.json', JSON.stringify({ extends: './messung/tsconfig.json', include: ['*/*.ts'] }))
  const { status, stdout } = await project.typeCheck()
  assert.equal(status, 0, stdout)
  const tests = names.map(name => `${name}/pipeline.test.ts`)
  const ran = await project.node(['--test', '--test-isolation=none', '--test-reporter', 'tap', ...tests])
  assert.match(ran.stdout, /^# pass 4$/m, ran.stdout)
})

test('the replay that is printed accepts every record', async () => {
  for (const name of names) {
    const { replay } = outputs.get(name)!
    const ran = await project.node([project.bin, ...replay.replace('npx spillway ', '').split(' '), '--json'], { cwd: name })
    assert.equal(ran.status, 0, ran.stderr)
    const { sources } = JSON.parse(ran.stdout) as { sources: { accepted: number; rejected: object }[] }
    assert.deepEqual([sources[0].accepted, sources[0].rejected], [ROWS, {}])
  }
})

test('decimal commas, and words for yes and no; what is nearly unique is no key', () => {
  const pipeline = project.read('messung/pipeline.ts')
  assert.match(pipeline, /key: 'Anlage'/)
  assert.match(pipeline, /Durchsatz: t\.decimal\(2\)/)
  assert.match(pipeline, /Durchsatz: comma\(raw\['Durchsatz €'\]\),/)
  assert.match(pipeline, /Warme: Number\(comma\(raw\['Wärme'\]\)\),/)
  assert.match(pipeline, /Zeit: dmy\(raw\.Zeit\),/)
  assert.match(pipeline, /happened: yesNo\(raw\.Ausfall, 'ja', 'nein'\), \/\/ LABEL/)
  assert.match(project.read('nested/pipeline.ts'), /meta_site_name_of_site: raw\.meta\?\.site\?\.\['name of site'\],/)
})

test('the audit that is printed reads the file by the settings of the project', async () => {
  const { command } = outputs.get('messung')!.audit
  assert.match(project.read('messung/spillway.config.ts'), /messung: \{ history: '\.\.\/messung\.csv' \},\n {4}outcomes: \{ history/)
  const args = command!.replace('npx spillway ', '').split(' ')
  const ran = await project.node([project.bin, ...args, '--plans', '2', '--json'], { cwd: 'messung' })
  assert.equal(ran.status, 0, ran.stderr)
  const { history } = JSON.parse(ran.stdout) as { history: { decisions: number; positive: number } }
  assert.deepEqual([history.decisions, history.positive], [ROWS, ROWS / 10])
})

test('where a comma may be either, that is said with the line and the option to set', async () => {
  const from = ['--from', project.path('unclear.csv')]
  const { out } = await called('init', project.path('either'), ...from)
  assert.match(out, /^warning: unclear\.csv:2: items is text for now: "1,100" is ambiguous; add --decimal comma or --decimal point$/m)
  assert.match(project.read('unclear/pipeline.ts'), /items: t\.int\(\)[^]*items: Number\(grouped\(raw\.items\)\)/)
  assert.match((await called('init', project.path('other'), ...from, '--decimal', 'dot')).err, /--decimal dot is neither comma nor point/)
})

test('a file without a time says which columns it has, and what was left out', async () => {
  const { err, status } = await called('init', project.path('timeless'), '--from', project.path('objects.ndjson'))
  assert.equal(status, 1)
  assert.match(err, /no column with an event time .*; it has body\.heat \(int\); left out: tags \(nested: a map/)
})
