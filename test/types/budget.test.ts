import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import pipeline from './large.ts'

/**
 * Measured with TypeScript 7.0: 52,287 instantiations for everything that the file needs, library files behind doors included, and a
 * twenty-fifth more as reserve. Of them, 3,400 are for models that are trained instead of having a score, whose inputs must then be
 * numbers; 2,700 for the definitions of reports, 3,200 for those of the value of decisions, 1,200 for training on drift and labels
 * that an action hides, 1,500 for defaults of columns, and 1,900 for the hints of `define/mistake/hint.ts`.
 */
const INSTANTIATIONS_MAX = 54_400

test('a pipeline of a realistic size stays within its budget of type instantiations', context => {
  assert.equal(pipeline.ir.groups.flatMap(group => group.features).length, 40)
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const command = ['node_modules/typescript/bin/tsc', '-p', 'test/types/tsconfig.budget.json', '--extendedDiagnostics']
  const { stdout, status } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stdout)
  const instantiations = Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1])
  context.diagnostic(`${instantiations} type instantiations, ${INSTANTIATIONS_MAX} at most`)
  assert.ok(instantiations > 1000 && instantiations <= INSTANTIATIONS_MAX, `${instantiations} instantiations`)
})
