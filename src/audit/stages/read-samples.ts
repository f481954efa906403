/** Stage times and effects of the newest decisions in a data folder. */
import { limits } from '../../base/index.ts'
import type { ActionIR } from '../../define/ir/index.ts'
import { EventLookup, SourceSchemas, type StoredEffect } from '../../log/index.ts'
import type { FolderLog } from '../../operate/index.ts'
import { decodeStageTimes, type StageSample } from '../../run/decide/index.ts'
import type { SampledDecision, SampledEffect } from './stage-part.ts'

/** Samples of a model's decisions, with the delivered effects of its `actions`. At most AUDIT_SAMPLES_MAX of each kind. */
export function readSamples(reader: FolderLog, model: string, actions: readonly Pick<ActionIR, 'name'>[]): SampledDecision[] {
  const ingestionLag = ingestionLagOf(reader)
  const effects = actions.flatMap(({ name }) => newestDelivered(reader, name))
  const batches = stageSamples(reader, model)
  const actedDecisions = effects.flatMap(effect => {
    const sample = batches.find(effect.entry)
    return sample ? [{ ...sampledDecision(sample, ingestionLag(effect.entry)), count: 1, effect: sampledEffect(effect, sample) }] : []
  })
  if (actedDecisions.length > 0) return actedDecisions
  return batches.all.map(sample => sampledDecision(sample, ingestionLag(sample.last)))
}

function newestDelivered(reader: FolderLog, action: string): StoredEffect[] {
  const effects: StoredEffect[] = []
  for (const effect of reader.effects.newestFirst({ action, state: 'delivered' })) {
    if (effects.length === limits.AUDIT_SAMPLES_MAX) break
    effects.push(effect)
  }
  return effects
}

/** The newest decision batches of a model, searchable by the log entry of one of their decisions. */
function stageSamples(
  reader: FolderLog,
  model: string,
): { readonly all: readonly StageSample[]; find(entry: number): StageSample | undefined } {
  const samples: StageSample[] = []
  for (const { bytes } of reader.newestStages()) {
    if (samples.length >= limits.AUDIT_SAMPLES_MAX) break
    samples.push(...decodeStageTimes(bytes).filter(sample => sample.model === model))
  }
  samples.sort((a, b) => a.first - b.first)
  return {
    all: samples,
    find(entry) {
      let [low, high] = [0, samples.length]
      while (low < high) {
        const middle = (low + high) >>> 1
        if (samples[middle].first <= entry) low = middle + 1
        else high = middle
      }
      const sample = samples[low - 1]
      return sample && sample.last >= entry ? sample : undefined
    },
  }
}

/** Milliseconds from an event's time to its arrival; 0 for ticks and requests. */
function ingestionLagOf(reader: FolderLog): (entry: number) => number {
  const lookup = new EventLookup(reader, new SourceSchemas(reader, []))
  return entry => {
    const event = lookup.eventAt(entry)
    return event ? event.block.arrival[event.row] - event.block.time[event.row] : 0
  }
}

function sampledDecision({ at, count, stages }: StageSample, ingestionLag: number): SampledDecision {
  const { waited = 0, intake = 0, queued = 0, features, inference, durable } = stages
  return { at, count, ingestion: ingestionLag + waited + intake + queued, features, inference, durable }
}

function sampledEffect({ decidedAt, began, sent, settled, due }: StoredEffect, { at, stages }: StageSample): SampledEffect {
  const durable = at + stages.features + stages.inference + stages.durable
  // A delivered effect has all three times, in whole milliseconds.
  const [first, last, end] = [began ?? decidedAt, sent ?? decidedAt, settled ?? decidedAt]
  return {
    queue: Math.max(0, first - Math.max(decidedAt, durable)),
    delivery: last - first,
    acknowledgement: end - last,
    ...(due !== undefined && { met: end <= due }),
  }
}
