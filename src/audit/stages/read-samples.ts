/** Samples of decisions that ran, the newest ones, from a data folder: their stage times, and what became of their effects. */
import { limits } from '../../base/limits.ts'
import type { ActionIR } from '../../define/ir/ir.ts'
import { EventLookup } from '../../log/event-lookup.ts'
import { Schemas } from '../../log/schemas.ts'
import type { SqliteReader } from '../../log/sqlite/reader.ts'
import type { StoredEffect } from '../../log/effects.ts'
import { readStages } from '../../run/decide/stage-codec.ts'
import type { StageSample } from '../../run/decide/stage-times.ts'
import type { SampledDecision, SampledEffect } from './sampled.ts'

/** Of a model, with the delivered effects of these actions of its. At most AUDIT_SAMPLES_MAX of each kind. */
export function readSamples(reader: SqliteReader, model: string, actions: readonly Pick<ActionIR, 'name'>[]): SampledDecision[] {
  const sinceTime = lagOf(reader)
  const effects = actions.flatMap(({ name }) => newest(reader, name))
  const stretches = stagesOf(reader, model)
  const acted = effects.flatMap(effect => {
    const sample = stretches.find(effect.entry)
    return sample ? [{ ...decidedOf(sample, sinceTime(effect.entry)), count: 1, effect: effectOf(effect, sample) }] : []
  })
  if (acted.length > 0) return acted
  return stretches.all.map(sample => decidedOf(sample, sinceTime(sample.last)))
}

function newest(reader: SqliteReader, action: string): StoredEffect[] {
  const found: StoredEffect[] = []
  for (const effect of reader.effects.newestFirst({ action, state: 'delivered' })) {
    if (found.length === limits.AUDIT_SAMPLES_MAX) break
    found.push(effect)
  }
  return found
}

/** The newest stretches of a model, found by an entry that one of their decisions was made on. */
function stagesOf(
  reader: SqliteReader,
  model: string,
): { readonly all: readonly StageSample[]; find(entry: number): StageSample | undefined } {
  const all: StageSample[] = []
  for (const { bytes } of reader.newestStages()) {
    if (all.length >= limits.AUDIT_SAMPLES_MAX) break
    all.push(...readStages(bytes).filter(sample => sample.model === model))
  }
  all.sort((a, b) => a.first - b.first)
  return {
    all,
    find(entry) {
      let [low, high] = [0, all.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (all[middle].first <= entry) low = middle + 1
        else high = middle
      }
      const found = all[low - 1]
      return found && found.last >= entry ? found : undefined
    },
  }
}

/** How long an event took from its own time to its arrival, ms; of a tick and a request nothing. */
function lagOf(reader: SqliteReader): (entry: number) => number {
  const { columnsOf } = new Schemas(reader, [])
  const lookup = new EventLookup(reader, columnsOf)
  return entry => {
    const event = lookup.at(entry)
    return event ? event.block.arrival[event.row] - event.block.time[event.row] : 0
  }
}

function decidedOf({ at, count, stages }: StageSample, sinceTime: number): SampledDecision {
  const { waited = 0, taken = 0, queued = 0, features, inference, durable } = stages
  return { at, count, ingestion: sinceTime + waited + taken + queued, features, inference, durable }
}

function effectOf({ made, began, sent, settled, due }: StoredEffect, { at, stages }: StageSample): SampledEffect {
  const durable = at + stages.features + stages.inference + stages.durable
  // A delivered effect has all three moments; they are whole milliseconds.
  const [first, last, end] = [began ?? made, sent ?? made, settled ?? made]
  return {
    queue: Math.max(0, first - Math.max(made, durable)),
    delivery: last - first,
    acknowledgement: end - last,
    ...(due !== undefined && { met: end <= due }),
  }
}
