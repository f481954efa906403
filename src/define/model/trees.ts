/** Boosted trees as a score: of the file that `fitTrees` gave, by the names of the inputs that they were fitted on. */
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Input } from './inputs.ts'
import { mistake } from '../mistake/mistake.ts'
import { ScoreValue, type Score } from './score.ts'
import { faultOfTrees, treesIR, type TreesFile } from './trees-file.ts'

/**
 * The score of boosted trees: `trees(file)`, where `import file from './trees.json' with { type: 'json' }`. Inputs are numbers and bools; a NULL goes the way
 * that was learnt for it. Throws `SPILL_DEFINITION` for a file that is damaged or of something else, and for an input that the model does not have.
 */
export function trees<const Names extends string>(file: TreesFile<Names>): Score<Names> {
  const fault = faultOfTrees(file)
  if (fault !== undefined) mistake(`trees: the file cannot be used: ${fault}`)
  const ir = treesIR(file)
  const build: ScoreValue['build'] = (what, inputs) => {
    for (const name of ir.inputs) checkInput(`${what}: trees`, name, inputs)
    return ir
  }
  return new ScoreValue(build) as unknown as Score<Names>
}

function checkInput(what: string, name: string, inputs: readonly Input[]): void {
  const names = inputs.map(({ ir }) => ir.name)
  const input = inputs[names.indexOf(name)]
  if (!input) mistake(`${what} were fitted on '${name}', which is no input${didYouMean(name, names)}`)
  const { type } = input.node
  if (type.list) mistake(`${what}: '${name}' is a list; only your own compute can score it`)
  if (type.type === 'string') mistake(`${what}: '${name}' is a string; fit on a condition instead, such as p.kind.eq('web')`)
}
