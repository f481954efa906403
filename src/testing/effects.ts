/** Effects of a pipeline under test, as the outbox of a run makes them. Nothing is delivered. */
import { SpillwayError } from '../base/index.ts'
import { sliceBlock } from '../columns/index.ts'
import { type EveryTrigger, TickKeys } from '../decision/index.ts'
import type { EffectRecord } from '../define/action/index.ts'
import type { ModelIR } from '../define/ir/index.ts'
import { triggerKey } from '../define/model/index.ts'
import { decide, type DecisionBatch, eventPositionOf, type ReplayLog } from '../replay/index.ts'
import { Outbox } from '../run/decide/index.ts'
import { definedModel, type TestLog } from './log.ts'

/** The log's name in effect ids, which is a random UUID in a data folder: the ids of a test are the same in each run of it. */
const LOG_NAME = 'testing'

/**
 * Effects of an action over all events and requests so far, in order.
 * @throws `SPILL_NOT_FOUND` for an unknown action; `SPILL_INPUT` for an inline answer, and for a trained model without a
 * score in the test.
 */
export function testEffects(log: TestLog, name: string): EffectRecord[] {
  const { ir, scores } = log.pipeline
  const action = ir.actions?.find(candidate => candidate.name === name)
  if (!action) throw new SpillwayError('SPILL_NOT_FOUND', `pipeline '${ir.name}' has no action '${name}'; make it one of its parts`)
  const model = definedModel(log.pipeline, action.model)
  if (action.do.kind === 'answer')
    throw new SpillwayError(
      'SPILL_INPUT',
      `action '${name}' answers in the response and has no effect; test the scores of run.decisions(${model.name})`,
    )
  if (model.score.kind === 'none')
    throw new SpillwayError(
      'SPILL_INPUT',
      `action '${name}' has no effects, since model '${model.name}' is trained and has no version in a test; ` +
        `give its scores: testing(…, { at, scores: { ${model.name}: vector => 0.9 } })`,
    )
  const replayed = log.replay()
  const outbox = new Outbox(
    { ...ir, actions: [action] },
    {
      store: { effects: { lastNumber: () => 0, newestTimes: () => new Map() } },
      strings: replayed.strings,
      clock: () => log.now,
      logName: LOG_NAME,
      from: -Infinity,
      isDry: true,
    },
  )
  const keyColumn = triggerKey(ir, model)
  const eventTime = triggerTimes(log, model, replayed)
  const effects: EffectRecord[] = []
  for (const batch of decide({ ir, scores }, model, replayed)) {
    const entry = Float64Array.from(batch.t, (_, row) => batch.first + row + 1)
    const records = outbox.effectsOf({ ...batch, entry, keyColumn, since: row => eventTime(batch, row) }, () => replayed.strings)
    effects.push(...records.map(({ body }) => JSON.parse(body) as EffectRecord))
  }
  return effects
}

/** Event time of a decision's trigger, UTC ms, from which its deadline counts. Call in order of decisions. */
function triggerTimes(log: TestLog, model: ModelIR, replayed: ReplayLog): (batch: DecisionBatch, row: number) => number {
  const trigger = model.decide
  if (trigger.kind === 'request') return ({ t }, row) => t[row]
  if (trigger.kind === 'every') return newestTimes(log, model, trigger, replayed)
  const { time } = replayed.histories.get(trigger.source)!.block
  return ({ sourcePosition }, row) => time[eventPositionOf(sourcePosition![row]).offset]
}

/** Time of the newest event of a decision's key at its tick, UTC ms. */
function newestTimes(
  { pipeline }: TestLog,
  model: ModelIR,
  trigger: EveryTrigger,
  { histories, strings }: ReplayLog,
): (batch: DecisionBatch, row: number) => number {
  const keys = new TickKeys(pipeline.ir, model, trigger, strings)
  const sources = [...new Set(keys.sources)].map(name => ({ name, block: histories.get(name)!.block, added: 0 }))
  return ({ t, key }, row) => {
    for (const source of sources) {
      const { name, block, added } = source
      while (source.added < block.length && block.arrival[source.added] <= t[row]) source.added++
      if (source.added > added) keys.add(name, sliceBlock(block, added, source.added))
    }
    keys.activeAt(t[row])
    return keys.newestTime(key.values[row])
  }
}
