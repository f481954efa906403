/**
 * Planted faults of `prove reconcile`, in addition to those of the run itself: dead letters, and one of changed definitions, damage and
 * rounding.
 */
import { aggregateOf } from '../../src/aggregate/aggregate-of.ts'
import type { LoggedEvent } from '../../src/define/source/source.ts'
import type { InputIR, ModelIR, PipelineIR } from '../../src/define/ir/ir.ts'
import type { ReconcileReader } from '../../src/reconcile/reconcile.ts'
import type { MismatchReason } from '../../src/reconcile/reconcile-report.ts'
import type { StoredDecisionBatch } from '../../src/log/store.ts'
import { recordedDecisions, type RecordedDecision } from '../../src/run/decide/recorded-decision.ts'
import { Draw } from '../property/generate/draw.ts'
import { eventsOf, type Material } from '../rebuild/case.ts'
import { changedFeature, type ChangedFeature } from './changed.ts'
import { folderOf, letterOf } from './folder.ts'
import { damagedNumber, nearbyNumber, tampered } from './tampered.ts'

export interface Planted {
  /** The pipeline that reconciles. */
  readonly ir: PipelineIR
  readonly fingerprint: string
  readonly folder: ReconcileReader
  readonly wasRejected: ReadonlySet<LoggedEvent>
  readonly changed?: ChangedFeature
  readonly cut?: PlantedCut
}

/** A cell with another number, and its decision as it is in the folder now. */
export interface PlantedCut {
  readonly input: string
  readonly decision: RecordedDecision
  readonly reason: Extract<MismatchReason, 'unexplained' | 'numeric bound'>
}

export function plantedIn(material: Material, draw: Draw): Planted {
  const { ir, disk } = material
  const letters = draw.chance(0.4) ? lettersIn(material, draw) : undefined
  const wasRejected = new Set(letters?.map(({ event }) => event))
  const accepted = letters?.map(({ source, event }, i) => letterOf(source, event, i + 1)) ?? []
  const clean = { ir, fingerprint: ir.name, wasRejected }
  const kind = draw.pick(['nothing', 'code', 'unexplained', 'numeric bound', 'numeric bound'] as const)
  if (kind === 'code') {
    const changed = changedFeature(ir, draw)
    if (changed) return { ...clean, ir: changed.ir, fingerprint: 'changed', folder: folderOf(disk, { accepted }), changed }
  }
  if (kind === 'unexplained' || kind === 'numeric bound') {
    const planted = cutIn(material, draw, kind)
    if (planted) {
      const { was, is, cut } = planted
      return { ...clean, folder: folderOf(disk, { accepted, stretch: of => (of === was ? is : of) }), cut }
    }
  }
  return { ...clean, folder: folderOf(disk, { accepted }) }
}

/** Half of the events, or few of them. */
function lettersIn({ ir, entries }: Material, draw: Draw) {
  const share = draw.pick([0.5, 0.1])
  return ir.sources.flatMap(source => eventsOf(source, entries).map(event => ({ source, event }))).filter(() => draw.chance(share))
}

function cutIn({ ir, disk, recorded }: Material, draw: Draw, reason: PlantedCut['reason']) {
  const cells = recorded.flatMap(decision => {
    const model = ir.models.find(({ name }) => name === decision.model)!
    const inputs = reason === 'unexplained' ? model.inputs : model.inputs.filter(input => isInexact(ir, input))
    return inputs.map(({ name }) => ({ model, entry: decision.entry, input: name }))
  })
  if (cells.length === 0) return undefined
  const { model, entry, input } = draw.pick(cells)
  const holds = (of: StoredDecisionBatch) => of.model === model.name && of.first <= entry && entry <= of.last
  const was = disk.commits.flatMap(({ decisions = [] }) => decisions).find(holds)!
  const is = tampered(ir, was, { entry, input }, reason === 'unexplained' ? damagedNumber : nearbyNumber)
  if (is === was) return undefined
  // The first key of a tick has another number.
  const [before] = recordedDecisions(was.bytes, entry)
  const [decision] = recordedDecisions(is.bytes, entry)
  if (JSON.stringify(before.vector) === JSON.stringify(decision.vector)) return undefined
  return { was, is, cut: { input, decision, reason } }
}

const isInexact = ({ groups }: PipelineIR, { expr }: InputIR): boolean => {
  if (expr.op !== 'feature') return false
  const feature = groups.find(({ name }) => name === expr.group)!.features.find(({ name }) => name === expr.name)!
  return aggregateOf(feature).exactness === 'inexact'
}

/** Is this the changed cell? */
export const isCut = (cut: PlantedCut | undefined, model: ModelIR, { entry, key, t }: RecordedDecision, input: InputIR): boolean =>
  cut !== undefined &&
  cut.input === input.name &&
  cut.decision.model === model.name &&
  cut.decision.entry === entry &&
  cut.decision.key === key &&
  cut.decision.t === t
