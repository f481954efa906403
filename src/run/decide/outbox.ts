/**
 * The outbox: makes the effects of decisions, in the order of decision, to be committed in the same transaction.
 *
 * A decision is recorded once, and so are its effects. A replay after a crash makes the uncommitted ones again, with the same ids.
 */
import { effectId, ActionTrigger } from '../../action/index.ts'
import { definitionOf, type Clock } from '../../base/index.ts'
import type { Strings } from '../../columns/index.ts'
import { decisionId, deliveredCell } from '../../decision/index.ts'
import type { EffectRecord } from '../../define/action/index.ts'
import type { PipelineIR, Value } from '../../define/ir/index.ts'
import type { EffectLog, NewEffect } from '../../log/index.ts'
import { vectorRowReader, type VectorRowReader } from '../../model/index.ts'
import { eventPositionOf } from '../../replay/index.ts'
import type { LiveDecisions } from './live-model.ts'

export interface EffectOutboxOptions {
  readonly store: { readonly effects: Pick<EffectLog, 'lastNumber' | 'newestTimes'> }
  readonly strings: Strings
  readonly clock: Clock
  readonly logName: string
  /** Lower bound of the time of decisions to come, UTC ms; the last entries of the log may still be undecided. */
  readonly from: number
  /** Effects are recorded and never sent. */
  readonly isDry: boolean
}

/** Part of a decision batch, live or replayed, from which effects are made. */
type EffectDecisions = Pick<
  LiveDecisions,
  'model' | 'length' | 'entry' | 't' | 'sourcePosition' | 'key' | 'keyColumn' | 'score' | 'vector' | 'since'
>

interface SendingAction {
  readonly firing: ActionTrigger
  readonly vectorOf: VectorRowReader
}

export class Outbox {
  readonly #options: EffectOutboxOptions
  readonly #pipeline: string
  /** Sending actions by model. */
  readonly #sending = new Map<string, SendingAction[]>()
  #lastNumber: number

  constructor(ir: PipelineIR, options: EffectOutboxOptions) {
    const { store, strings, from } = options
    this.#options = options
    this.#pipeline = ir.name
    this.#lastNumber = store.effects.lastNumber()
    for (const action of ir.actions ?? []) {
      if (action.do.kind === 'answer') continue
      const { inputs } = definitionOf(ir.models, action.model)
      // Effects whose cooldown has passed by then are not needed.
      const newest =
        action.cooldown === undefined ? new Map<string, number>() : store.effects.newestTimes(action.name, from - action.cooldown)
      const sending = { firing: new ActionTrigger(action, newest), vectorOf: vectorRowReader(inputs, strings) }
      this.#sending.set(action.model, [...(this.#sending.get(action.model) ?? []), sending])
    }
  }

  /** The effects of a decision batch. `stringsOf`: texts of the trigger's key. Each batch is passed once, in order. */
  effectsOf(decisions: EffectDecisions, stringsOf: (column: string) => Strings): NewEffect[] {
    const sending = this.#sending.get(decisions.model.name)
    if (!sending) return []
    const { keyColumn, key, t, score, length } = decisions
    const effects: NewEffect[] = []
    const matches = sending.flatMap(sender => sender.firing.rowsMeeting(score, length).map(row => ({ ...sender, row })))
    // Row by row, so that effect numbers follow the order of decisions across actions.
    if (sending.length > 1) matches.sort((a, b) => a.row - b.row)
    for (const { firing, vectorOf, row } of matches) {
      const value = deliveredCell(key, row, keyColumn, keyColumn.type === 'string' ? stringsOf(keyColumn.name) : this.#options.strings)
      const text = JSON.stringify(value)
      if (firing.admits(text, t[row])) effects.push(this.#effect(decisions, row, value, text, { firing, vectorOf }))
    }
    return effects
  }

  #effect(decisions: EffectDecisions, row: number, key: Value, text: string, { firing, vectorOf }: SendingAction): NewEffect {
    const { model, t, entry, score, vector, since } = decisions
    const { name: action, deadline } = firing.action
    const id = effectId(this.#pipeline, action, this.#options.logName, decisionId(model, triggerOf(decisions, row, key)), t[row])
    const due = deadline === undefined ? undefined : since(row) + deadline
    const record: EffectRecord = {
      id,
      pipeline: this.#pipeline,
      action,
      model: model.name,
      key,
      t: t[row],
      score: score.values[row],
      vector: vectorOf(vector, row),
      ...(due !== undefined && { due }),
    }
    return {
      number: ++this.#lastNumber,
      action,
      id,
      entry: entry[row],
      key: text,
      t: t[row],
      decidedAt: this.#options.clock(),
      due,
      body: JSON.stringify(record),
      isDry: this.#options.isDry,
    }
  }
}

function triggerOf({ model, sourcePosition, t, entry }: EffectDecisions, row: number, key: Value): Parameters<typeof decisionId>[1] {
  if (sourcePosition) return eventPositionOf(sourcePosition[row])
  return model.decide.kind === 'request' ? { request: String(entry[row]) } : { t: t[row], key }
}
