/**
 * Docstrings of the public API: every value that users import has an example, and every example runs. A line `EXPRESSION // => VALUE` of an
 * example is checked.
 */
import assert from 'node:assert/strict'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import * as spillway from '../index.ts'
import * as ports from '../public/ports.ts'
import { testing } from '../public/testing.ts'
import * as config from '../public/config.ts'
import { scratchFolder } from '../../test/scratch.ts'

const src = resolve(import.meta.dirname, '..')

/** Docstrings with the first line of their declarations. */
const docstrings = globSync(['define/**/*.ts', 'base/errors.ts', 'model/thread-runtime.ts'], {
  cwd: src,
  exclude: ['**/*.test.ts'],
}).flatMap(path =>
  [...readFileSync(join(src, path), 'utf8').matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n(.*)/g)].map(([, text, declaration]) => {
    const lines = text.split('\n').map(line => line.replace(/^\s*\* ?/, ''))
    return { path, declaration, examples: examplesIn(lines) }
  }),
)

/** The code after each `@example`, up to the next tag. */
function examplesIn(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .split(/^@/m)
    .filter(part => part.startsWith('example\n'))
    .map(part => part.slice('example\n'.length))
}

/** Definitions that the examples refer to. */
const story = `
const card = entity('card', t.string())
const payments = source('payments', {
  schema: { id: t.string(), at: t.timestamp(), card, amount: t.decimal(2) },
  key: 'card',
  time: 'at',
  id: 'id',
})
const chargebacks = source('chargebacks', {
  schema: { payment: t.string(), at: t.timestamp(), fraud: t.bool() },
  key: 'payment',
  time: 'at',
})
const cardNow = features('cardNow', {
  from: payments,
  entity: card,
  place: stream,
  values: p => ({ n10m: count('10m'), mean30d: p.amount.mean('30d') }),
})
const fraud = model('fraud', {
  decide: on(payments),
  inputs: p => ({ amount: p.amount, card: cardNow.of(p.card) }),
  label: labelFrom(chargebacks, { join: 'payment', value: c => c.fraud, negativeAfter: '90d' }),
  score: logistic({ intercept: -6, weights: { amount: 0.002, 'card.n10m': 0.4 } }),
})
`

test('every value that users import has an example', () => {
  const without = Object.keys(spillway).filter(
    name =>
      !docstrings.some(
        ({ declaration, examples }) => examples.length > 0 && new RegExp(`^export (?:const|function|class) ${name}\\b`).test(declaration),
      ),
  )
  assert.deepEqual(without, [])
})

test('every example runs', async () => {
  const folder = scratchFolder('docstrings')
  const imported = (module: object, path: string, other: object = {}) => {
    const names = Object.keys(module).filter(name => !Object.hasOwn(other, name))
    return `import { ${names.join(', ')} } from '${pathToFileURL(join(src, path)).href}'`
  }
  // `kafka` is an effect in a pipeline, and a feed in a configuration.
  const namesFor = (isConfig: boolean): string =>
    [
      imported(spillway, 'index.ts', isConfig ? config : {}),
      imported(config, 'public/config.ts', isConfig ? {} : spillway),
      imported(ports, 'public/ports.ts'),
      imported({ testing }, 'public/testing.ts'),
      "import assert from 'node:assert/strict'",
    ].join('\n')
  const examples = docstrings.flatMap(({ path, examples }) => examples.map(code => ({ path, code })))
  assert.ok(examples.length >= Object.keys(spillway).length)
  for (const [i, { path, code }] of examples.entries()) {
    const file = join(folder, `example-${i}.mts`)
    const body = code.replace('export default ', 'void ').replaceAll(/^(\S.*) \/\/ => (.+)$/gm, 'assert.deepEqual($1, $2)')
    writeFileSync(file, `${namesFor(path.startsWith('define/config/'))}\n${story}\n{\n${body}\n}\n`)
    await assert.doesNotReject(import(pathToFileURL(file).href), `${path}: ${code}`)
  }
})
