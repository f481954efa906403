/** The score `trees`: boosted trees by the names of their inputs. */
import { didYouMean } from '../../base/index.ts'
import type { ModelInput } from './inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import { ScoreValue, type Score } from './score.ts'
import { findTreesFault, treesIR, type TreesFile } from './trees-file.ts'

/**
 * Scores with boosted trees from `fitTrees`, usually from a file: `import file from './trees.json' with { type: 'json' }`.
 *
 * The score is the sum of the trees' leaves after the link function (1 / (1 + e^−z) for `logistic`). Inputs are numbers and
 * bools; each split has a direction for NULL.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for a file that is damaged or no file of trees, and for an input that the model does
 * not have.
 * @example
 * const stump = { input: [0, -1, -1], value: [5, -2, 1], right: [2, 0, 0], nullsLeft: [1, 0, 0] }
 * const score = trees({ format: 'spillway-trees', version: 1, link: 'logistic', base: 0, inputs: { amount: 0 }, trees: [stump] })
 */
export function trees<const Names extends string>(file: TreesFile<Names>): Score<Names> {
  const fault = findTreesFault(file)
  if (fault !== undefined) mistake(`trees: the file cannot be used: ${fault}`)
  const ir = treesIR(file)
  const build: ScoreValue['build'] = (subject, inputs) => {
    for (const name of ir.inputs) checkInput(`${subject}: trees`, name, inputs)
    return ir
  }
  return new ScoreValue(build) as unknown as Score<Names>
}

function checkInput(subject: string, name: string, inputs: readonly ModelInput[]): void {
  const names = inputs.map(({ ir }) => ir.name)
  const input = inputs[names.indexOf(name)]
  if (!input) mistake(`${subject} were fitted on '${name}', which is no input${didYouMean(name, names)}`)
  const { type } = input.node
  if (type.list) mistake(`${subject}: '${name}' is a list; only your own compute can score it`)
  if (type.type === 'string') mistake(`${subject}: '${name}' is a string; fit on a condition instead, such as p.kind.eq('web')`)
}
