/** An invalid pipeline file: one message with its file and line, and no stack. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { scratchFolder } from '../scratch.ts'
import type { SpillwayError } from '../../src/base/errors.ts'
import { importPipeline } from '../../src/cli/command/pipeline-file.ts'
import { pipelineFile as original } from './payments.ts'
import { Project } from './project.ts'

/** Imports the sources directly, so that each mistake can be made in this process. */
const pipelineFile = original.replace("'spillway'", `'${pathToFileURL(join(import.meta.dirname, '../../src/index.ts')).href}'`)

interface Mistake {
  readonly title: string
  readonly file: string
  /** Marks the line that the message must name; without it the message names the file alone. */
  readonly on?: string
  readonly says: RegExp
}

function edited(from: string, to: string): string {
  assert.ok(pipelineFile.includes(from), from)
  return pipelineFile.replace(from, to)
}

const mistakes: readonly Mistake[] = [
  {
    title: 'a field that does not exist',
    file: edited('p.shop.lastK', 'p.shpo.lastK'),
    on: 'p.shpo',
    says: /source 'payments' has no column 'shpo'; did you mean 'shop'\?$/,
  },
  {
    title: 'an aggregate over a type that it does not take',
    file: edited('p.shop.lastK(2,', 'p.shop.mean('),
    on: 'p.shop.mean',
    says: /mean/,
  },
  {
    title: 'a feature named twice',
    file: edited("values: () => ({ n: count('7d') })", "values: () => ({ n: count('7d'), n: count('1d') })"),
    on: "n: count('1d')",
    says: /is not returned as a feature; is a name used twice\?$/,
  },
  { title: 'no TypeScript', file: edited("key: 'card'", "key: = 'card'"), on: 'key: =', says: /^does not parse or link: / },
  {
    title: 'a missing export',
    file: edited('import { count', 'import { cuont, count'),
    on: 'cuont',
    says: /^does not parse or link: .*'cuont'$/,
  },
  {
    title: 'a missing file',
    file: `import './rules/mine.ts'\n${pipelineFile}`,
    on: 'mine.ts',
    says: /^imports mine\.ts, which does not exist$/,
  },
  {
    title: 'a package that is not installed',
    file: `// scores\nimport '@acme/scores'\n${pipelineFile}`,
    on: '@acme',
    says: /^imports the package '@acme\/scores', which is not installed here; run npm install @acme\/scores$/,
  },
  {
    title: 'a type that does not exist',
    file: edited('t.bool()', 't.boolean()'),
    on: 't.boolean',
    says: /t\.boolean is not a function; there is string, enum, int, decimal, double, bool, timestamp, duration$/,
  },
  {
    title: 'a word that is not imported',
    file: edited('rules, scheduled, ', 'rules, '),
    on: 'place: scheduled(',
    says: /scheduled is not defined; import \{ scheduled \} from 'spillway'$/,
  },
  {
    title: 'code that throws',
    file: `${pipelineFile}nothing.here()\n`,
    on: 'nothing.',
    says: /^fails while loading: nothing is not defined$/,
  },
  {
    title: 'no pipeline',
    file: edited('export default', 'export const site ='),
    says: /^has no pipeline as its default export; end it with: export default pipeline/,
  },
]

const folder = scratchFolder('mistakes')

for (const [i, { title, file, on, says }] of mistakes.entries())
  test(title, async () => {
    const name = `mistake${i}.ts`
    writeFileSync(join(folder, name), file)
    const line = file.split('\n').findIndex(text => on !== undefined && text.includes(on)) + 1
    const place = on === undefined ? name : `${name}:${line}`
    await assert.rejects(importPipeline(join(folder, name)), ({ code, message }: SpillwayError) => {
      assert.deepEqual([code, message.slice(0, place.length + 1)], ['SPILL_DEFINITION', `${place} `], message)
      assert.match(message.slice(place.length + 1), says)
      return true
    })
  })

test('on the command line: one line, exit code 1, and the stack with SPILLWAY_DEBUG=1 only', async () => {
  using project = new Project({ 'pipeline.ts': original.replace('p.shop.lastK', 'p.shpo.lastK') })
  const args = [project.path('node_modules/spillway/src/cli/bin.ts'), 'replay', 'pipeline.ts']
  const [plain, debug] = await Promise.all([project.node(args), project.node(args, { env: { SPILLWAY_DEBUG: '1' } })])
  assert.deepEqual([plain.status, debug.status], [1, 1])
  assert.match(plain.stderr, /^SPILL_DEFINITION: pipeline\.ts:14 .*no column 'shpo'; did you mean 'shop'\?\n$/)
  assert.match(debug.stderr, /^ {4}at /m)
})

test('an import that Spillway has not, and a file that Node takes for CommonJS, come with the fix', async () => {
  using misspelt = new Project({ 'pipeline.ts': original.replace('import { count', 'import { cuont, count') })
  using common = new Project({ 'package.json': '{ "type": "commonjs" }', 'pipeline.ts': original })
  const [import_, module] = await Promise.all([misspelt, common].map(project => project.spillway('replay', 'pipeline.ts')))
  assert.match(import_.stderr, /^SPILL_DEFINITION: pipeline\.ts:1 .*'cuont'; did you mean 'count'\?\n$/)
  assert.match(module.stderr, /^SPILL_DEFINITION: pipeline\.ts:1 .*outside a module; write "type": "module" in its package\.json$/m)
})

test('a dependency of the project that is not installed', async () => {
  mkdirSync(join(folder, 'project'))
  writeFileSync(join(folder, 'project/package.json'), '{ "type": "module", "dependencies": { "@acme/scores": "^1.0.0" } }')
  writeFileSync(join(folder, 'project/pipeline.ts'), `import '@acme/scores'\n${pipelineFile}`)
  await assert.rejects(importPipeline(join(folder, 'project/pipeline.ts')), {
    message: /imports the package '@acme\/scores', which is not installed here; run npm install$/,
  })
})
