/** Shrinks a failing case of `prove threads`: fewer groups, features, events and requests. */
import { groupReads } from '../../src/decision/reads.ts'
import type { ModelIR } from '../../src/define/ir/ir.ts'
import { fewer } from '../property/shrink.ts'
import { smallest, type Pass } from '../property/smallest.ts'
import { auditOn, type ThreadCase } from './case.ts'

/** Each costs two audits and the start of a thread. */
const TRIES_MAX = 250

export const shrunkThreads = (of: ThreadCase, fails: (of: ThreadCase) => Promise<boolean> = isDifferent): Promise<ThreadCase> =>
  smallest(of, fails, passes, TRIES_MAX)

async function isDifferent(of: ThreadCase): Promise<boolean> {
  const [alone, other] = [await auditOn(of, 0), await auditOn(of, 1)]
  return alone.text !== other.text || (other.work?.missed ?? 0) > 0
}

const passes: readonly Pass<ThreadCase>[] = [fewerGroups, fewerEvents, fewerFeatures, fewerRequests]

/** The last group first: rules of a score read the first. */
function* fewerGroups(of: ThreadCase): Iterable<ThreadCase> {
  for (const { name } of of.ir.groups.toReversed()) yield* withoutInputs(of, input => input.startsWith(`${name}.`))
}

function* fewerFeatures(of: ThreadCase): Iterable<ThreadCase> {
  for (const { name } of of.ir.models[0].inputs) yield* withoutInputs(of, input => input === name)
}

/** Without those inputs, and without the features and groups that neither another input nor the score reads. */
function* withoutInputs(of: ThreadCase, isLeftOut: (input: string) => boolean): Iterable<ThreadCase> {
  const [model] = of.ir.models
  const inputs = model.inputs.filter(({ name }) => !isLeftOut(name))
  if (inputs.length === 0) return
  const { score } = model
  const isTerms = score.kind === 'linear' || score.kind === 'logistic'
  const smaller: ModelIR = {
    ...model,
    inputs,
    ...(isTerms && { score: { ...score, terms: score.terms.filter(({ input }) => !isLeftOut(input)) } }),
  }
  yield { ...of, ir: { ...of.ir, groups: groupReads(of.ir, smaller).map(({ group }) => group), models: [smaller] } }
}

function* fewerEvents(of: ThreadCase): Iterable<ThreadCase> {
  for (const left of fewer([...of.log.keys()])) {
    const isKept = new Set(left)
    const before = [0]
    for (const i of of.log.keys()) before.push(before[i] + (isKept.has(i) ? 1 : 0))
    yield { ...of, log: left.map(i => of.log[i]), requests: of.requests.map(one => ({ ...one, place: before[one.place] })) }
  }
}

function* fewerRequests(of: ThreadCase): Iterable<ThreadCase> {
  for (const requests of fewer(of.requests)) if (requests.length > 0) yield { ...of, requests }
}
