/** A replay equals the oracle: decisions on events, at ticks and on request, by hand-computed cases and over random histories. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import { decide } from '../../src/replay/decide.ts'
import { decisionRecords } from '../../src/replay/decision-record.ts'
import { decisionCases } from '../oracle/cases/decisions.ts'
import { triggerCases } from '../oracle/cases/triggers.ts'
import { decisions, type Run } from '../oracle/oracle.ts'
import { isReplayed, logOf } from '../property/engines/replay-order.ts'
import { deciding } from '../property/generate/deciders.ts'
import { flatVector } from './flat-vector.ts'
import { sweep } from '../sweep.ts'

const CASES = sweep(50, 150)

/** A decision without the fields that only one of the two has. */
interface ComparableDecision {
  readonly about: unknown
  readonly t: number
  readonly vector: unknown
  readonly score: unknown
}

for (const { name, pipeline, log, run } of [...decisionCases, ...triggerCases].filter(({ log }) => isReplayed(log)))
  test(name, () => {
    for (const model of pipeline.models)
      assert.deepEqual(replayDecisions(pipeline, model, log, run), oracleDecisions(pipeline, model, log, run))
  })

test("decisions over random histories are the oracle's, in batches of any size", () => {
  const compared = { on: 0, every: 0, request: 0 }
  let revised = 0
  for (let seed = 1; seed <= CASES; seed++) {
    const drawn = deciding(seed)
    if (!drawn || !isReplayed(drawn.log)) continue
    const { ir, log, run } = drawn
    for (const model of ir.models) {
      if (ir.sources.some(({ deleted }) => deleted !== undefined)) revised++
      const decisions = replayDecisions(ir, model, log, run)
      const context = `seed ${seed}, model '${model.name}'`
      if (decisions === 'rejected') {
        assert.throws(() => oracleDecisions(ir, model, log, run), /SPILL_(RANGE|LIMIT)/, context)
        continue
      }
      assert.deepEqual(decisions, oracleDecisions(ir, model, log, run), context)
      for (const stretch of [1, 3, 64])
        assert.deepEqual(replayDecisions(ir, model, log, run, stretch), decisions, `${context}, by ${stretch}`)
      compared[model.decide.kind] += decisions.length
    }
  }
  assert.ok(revised > CASES / 15, `only ${revised} models of sources with revisions`)
  for (const [kind, count] of Object.entries(compared)) assert.ok(count > CASES, `only ${count} decisions ${kind} were compared`)
})

function oracleDecisions(ir: PipelineIR, model: ModelIR, log: readonly LoggedEvent[], run: Run = {}): ComparableDecision[] {
  const own = { ...run, requests: run.requests?.filter(request => request.model === model.name) ?? [] }
  return decisions({ ...ir, models: [model] }, log, own).map(({ model: _m, prefix: _p, t, vector, score, ...about }) => ({
    about: 'request' in about ? 'request' : about,
    t,
    vector,
    score: score ?? null,
  }))
}

function replayDecisions(
  ir: PipelineIR,
  model: ModelIR,
  log: readonly LoggedEvent[],
  run?: Run,
  stretch?: number,
): ComparableDecision[] | 'rejected' {
  const replay = logOf(ir, log, run)
  const recordOf = decisionRecords(ir, model, replay)
  const comparable: ComparableDecision[] = []
  for (const batch of decide({ ir, scores: new Map() }, model, replay, stretch))
    for (let row = 0; row < batch.length; row++) {
      const { key, t, position, vector, score, rejected } = recordOf(batch, row)
      if (rejected !== undefined) return 'rejected'
      comparable.push({ about: aboutOf(model, log, key, position), t, vector: flatVector(vector), score })
    }
  return comparable
}

function aboutOf(
  { decide }: ModelIR,
  log: readonly LoggedEvent[],
  key: unknown,
  position?: { partition: number; offset: number },
): unknown {
  if (decide.kind === 'request') return 'request'
  if (decide.kind === 'every') return { key }
  const isIt = ({ source, partition, offset }: LoggedEvent) =>
    source === decide.source && partition === position!.partition && offset === position!.offset
  return { event: log.findIndex(isIt) }
}
