/** Shrinks a crash case while its fault still shows: fewer steps, records, models and inputs. Greedy, with a bounded number of attempts. */
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { fewer } from '../property/shrink.ts'
import { smallest } from '../property/smallest.ts'
import { withModels } from './actions.ts'
import { keepingAll, type CrashCase } from './case.ts'

const TRIES_MAX = 500

export const shrinkCrash = (of: CrashCase, fails: (of: CrashCase) => Promise<boolean>): Promise<CrashCase> =>
  smallest(
    of,
    fails,
    [fewerSteps, joinedSteps, fewerRecords, fewerActions, fewerModels, onePartition, wholeLog, withoutRuns, fewerTrained],
    TRIES_MAX,
  )

function* fewerSteps(of: CrashCase): Iterable<CrashCase> {
  for (const steps of fewer(of.steps)) yield { ...of, steps }
}

/** Joins two neighbouring sync steps. */
function* joinedSteps(of: CrashCase): Iterable<CrashCase> {
  for (const [i, step] of of.steps.entries()) {
    const next = of.steps[i + 1] as CrashCase['steps'][number] | undefined
    if (step.do !== 'sync' || next?.do !== 'sync') continue
    const joined = { do: 'sync', count: step.count + next.count } as const
    yield { ...of, steps: [...of.steps.slice(0, i), joined, ...of.steps.slice(i + 2)] }
  }
}

function* fewerRecords(of: CrashCase): Iterable<CrashCase> {
  for (const [i, feed] of of.feeds.entries())
    for (const records of fewer(feed.records)) yield { ...of, feeds: of.feeds.with(i, { ...feed, records }) }
}

function* fewerModels(of: CrashCase): Iterable<CrashCase> {
  const caseWith = (models: PipelineIR['models']): CrashCase => ({
    ...of,
    ir: withModels(of.ir, models),
    changed: (of.changed ?? []).map(ir =>
      withModels(
        ir,
        models.filter(({ name }) => ir.models.some(model => model.name === name)),
      ),
    ),
    steps: of.steps.filter(step => !('model' in step) || models.some(({ name }) => name === step.model)),
  })
  for (const models of fewer(of.ir.models)) yield caseWith(models)
  for (const [i, model] of of.ir.models.entries())
    for (const inputs of fewer(model.inputs)) {
      if (inputs.length === 0) continue
      const score = { kind: 'linear', intercept: 1, terms: [] } as const
      yield caseWith(of.ir.models.with(i, { ...model, inputs, score }))
    }
}

function* fewerActions(of: CrashCase): Iterable<CrashCase> {
  const { actions: all = [] } = of.ir
  for (const actions of fewer(all)) yield { ...of, ir: { ...of.ir, actions }, changed: (of.changed ?? []).map(ir => ({ ...ir, actions })) }
}

function* onePartition(of: CrashCase): Iterable<CrashCase> {
  if (of.partitions > 1) yield { ...of, partitions: 1 }
}

function* withoutRuns({ runs, ...of }: CrashCase): Iterable<CrashCase> {
  if (!runs) return
  yield { ...of, steps: of.steps.filter(step => step.do !== 'run') }
  if (runs.partitions > 1) yield { ...of, runs: { ...runs, partitions: 1 } }
}

/** Models without training, and trainings without delay. */
function* fewerTrained({ trainings, ...of }: CrashCase): Iterable<CrashCase> {
  if (!trainings) return
  const without = (ir: PipelineIR, names: ReadonlySet<string>): PipelineIR => ({
    ...ir,
    models: ir.models.map(({ train, ...model }) => (train && !names.has(model.name) ? { ...model, train } : model)),
  })
  const trained = of.ir.models.flatMap(({ name, train }) => (train ? [name] : []))
  for (const left of fewer(trained)) {
    const gone = new Set(trained.filter(name => !left.includes(name)))
    const steps = of.steps.filter(step => (step.do !== 'train' && step.do !== 'promote') || !gone.has(step.model))
    const smaller = { ...of, ir: without(of.ir, gone), changed: (of.changed ?? []).map(ir => without(ir, gone)), steps }
    yield left.length === 0 ? smaller : { ...smaller, trainings }
  }
  if (trainings.failing !== undefined) yield { ...of, trainings: { turns: trainings.turns, rest: trainings.rest } }
  if (trainings.turns > 0) yield { ...of, trainings: { ...trainings, turns: 0 } }
}

function* wholeLog(of: CrashCase): Iterable<CrashCase> {
  if (of.keep !== undefined) yield keepingAll(of)
}
