/** Labels in columns equal the oracle's: by hand-computed cases, and over random histories, as of any time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EXPLORED, FOLLOWED, NOT_MET } from '../../src/action/exploration-sampler.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { LabelIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import { label } from '../../src/replay/label.ts'
import { censoringOf } from '../../src/run/history/censoring.ts'
import { episodeCases } from '../oracle/cases/episodes.ts'
import { occurrenceCases } from '../oracle/cases/occurrences.ts'
import { outcomeCases } from '../oracle/cases/outcomes.ts'
import type { Fate } from '../oracle/exploration.ts'
import { labels, type Label, type Run } from '../oracle/oracle.ts'
import { isReplayed, logOf } from '../property/engines/replay-order.ts'
import { labelling } from '../property/generate/label-case.ts'
import { ModelStore } from '../crash/model-store.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(60, 240)

/** A label with the number of events that came too late for it; and when it became true. */
type LateLabel = readonly [Label, late: number]
type DatedLabel = readonly [...LateLabel, outcome: number | undefined]

for (const { name, pipeline, log, run, asks } of [...outcomeCases, ...episodeCases, ...occurrenceCases])
  test(name, () => {
    const [model] = pipeline.models
    for (const { at, expect, outcomes } of asks) {
      const actual = replayLabels(pipeline, model, log, { at, run })
      assert.deepEqual(
        actual.map(([label, late]) => [label, late]),
        expect.map(one => (Array.isArray(one) ? one : [one, 0])),
        `as known at ${at}`,
      )
      const when = actual.map(([, , outcome]) => outcome ?? null)
      if (outcomes) assert.deepEqual(when, outcomes, `when it came true, as known at ${at}`)
    }
  })

test("labels over random histories are the oracle's, at any evaluation time and in batches of any size", () => {
  const counts = new Map<string, number>()
  let [revised, hidden] = [0, 0]
  for (let seed = 1; seed <= CASES; seed++) {
    const drawn = labelling(seed)
    if (!drawn || !isReplayed(drawn.log)) continue
    const { ir, log, run } = drawn
    for (const model of ir.models)
      for (const at of drawn.at) {
        const context = `seed ${seed}, model '${model.name}', as known at ${at}`
        const oracleLabels = oracleLabelsOf(ir, model, log, { at, run })
        hidden += oracleLabels.length > 0 ? (hiddenOf(ir, model, log, { at, run }) ?? []).length : 0
        assert.deepEqual(replayLabels(ir, model, log, { at, run }), oracleLabels, context)
        assert.deepEqual(replayLabels(ir, model, log, { at, run, batchSize: 1 + (seed % 5) }), oracleLabels, `${context}, in small batches`)
        if (ir.sources.find(({ name }) => name === model.label!.source)!.identity) revised += oracleLabels.length
        for (const [label, late] of oracleLabels) {
          const kinds = [`${kindOf(model.label!)} ${label}`, ...(late > 0 ? [`${model.label!.kind} late`] : [])]
          for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
        }
      }
  }
  const drawn = ['from', 'begins', 'happens', 'does not happen'].flatMap(kind =>
    ['true', 'false', 'unknown'].map(label => `${kind} ${label}`),
  )
  const kinds = [...drawn, 'from late', 'happens late', 'begins not eligible']
  for (const kind of kinds) assert.ok((counts.get(kind) ?? 0) > CASES, `only ${counts.get(kind) ?? 0} labels were '${kind}'`)
  assert.ok(hidden > CASES, `only ${hidden} labels were censored`)
  assert.ok(revised > 2 * CASES, `only ${revised} labels were from a source with revisions`)
})

const kindOf = (label: LabelIR): string => (label.kind === 'happens' && label.negated ? 'does not happen' : label.kind)

interface LabelRequest {
  readonly at: number
  readonly run?: Run | undefined
  readonly batchSize?: number
}

function oracleLabelsOf(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], { at, run = {} }: LabelRequest): DatedLabel[] {
  const own = { ...run, requests: run.requests?.filter(request => request.model === model.name) ?? [] }
  return labels({ ...ir, models: [model] }, log, at, own).map(({ label, late, outcome }) => [label, late, outcome])
}

function replayLabels(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], { at, run, batchSize }: LabelRequest): DatedLabel[] {
  const isCensored = censoredBy(ir, model, log, run)
  const result = label({ ir }, model, logOf(ir, log, run), {
    at,
    ...(isCensored && { isCensored }),
    ...(batchSize !== undefined && { batchSize }),
  })
  const all = Array.from({ length: result.length }, (_, i): DatedLabel => [
    labelAt(result, i),
    result.late[i],
    Number.isNaN(result.outcome[i]) ? undefined : result.outcome[i],
  ])
  const count = (value: Label) => all.filter(([label]) => label === value).length
  assert.deepEqual(result.counts, {
    decisions: all.length,
    positive: count(true),
    negative: count(false),
    unknown: count('unknown'),
    notEligible: count('not eligible'),
    late: all.reduce((sum, [, late]) => sum + late, 0),
    ...(isCensored && { censored: hiddenOf(ir, model, log, { at, run })!.length }),
  })
  const hidden = Array.from(result.censored.keys()).filter(i => result.censored[i] === 1)
  assert.deepEqual(hidden, hiddenOf(ir, model, log, { at, run }) ?? [])
  return all
}

/** Censored decisions by the oracle; undefined if the label names no action. */
function hiddenOf(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], { at, run = {} }: LabelRequest): number[] | undefined {
  if (model.label?.kind !== 'from' || !model.label.censoredBy) return undefined
  const labelled = labels({ ...ir, models: [model] }, log, at, { ...run, requests: [] })
  return labelled.flatMap(({ censored }, i) => (censored ? [i] : []))
}

/** As in a run: by its recorded scores, one row for each of its decisions; decisions of no run have none. */
function censoredBy(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], { scores = {}, fates = {} }: Run = {}) {
  const censored = censoringOf(ir, model, new ModelStore({ commits: [] }))
  if (!censored) return undefined
  const all = labels({ ...ir, models: [model] }, log, Infinity, { requests: [] })
  const recorded = all.map(about => ('event' in about ? (scores[about.event] ?? NaN) : NaN))
  const column = { values: Float64Array.from(recorded), nulls: Uint8Array.from(recorded, score => Number(Number.isNaN(score))) }
  const rows = new Set<number>()
  // A decision batch for each decision: actions did not explore at all of them.
  all.forEach((about, i) => {
    const fate = 'event' in about ? (fates[about.event] ?? {}) : {}
    const score = { values: column.values.subarray(i, i + 1), nulls: column.nulls.subarray(i, i + 1) }
    const explored = Object.entries(fate).map(([action, one]) => ({ action, part: 0.5, fate: Uint8Array.of(codes[one]) }))
    if (censored({ score, length: 1, entry: Float64Array.of(i), explored }).some(({ isHidden }) => isHidden)) rows.add(i)
  })
  return (decision: number) => rows.has(decision)
}

const codes: Readonly<Record<Fate, number>> = { 'not met': NOT_MET, followed: FOLLOWED, explored: EXPLORED }

function labelAt({ eligible, known, value }: ReturnType<typeof label>, i: number): Label {
  if (!eligible[i]) return 'not eligible'
  return known[i] ? value[i] === 1 : 'unknown'
}
