/** What a training set was made of, beside its rows: plain JSON, the same for the same history, definitions and rows, wherever and whenever it was made. */
import { packageVersion } from '../base/package-version.ts'
import { groupFingerprint } from '../define/ir/fingerprint.ts'
import type { PipelineIR, PlacementIR } from '../define/ir/ir.ts'
import type { History } from '../intake/intake.ts'
import { SAMPLE_RULE, type KeySample } from './key-sample.ts'
import type { LabelCount } from './labelled-set.ts'
import type { TrainingColumn } from './training-set.ts'

export interface TrainingManifest extends TrainingOrigin {
  readonly format: 1
  readonly file: string
  readonly rows: number
  /** Of the rows as `RowHash` takes them: the columns below, each row in its order. */
  readonly sha256: string
  readonly columns: readonly TrainingColumn[]
}

/** Times are UTC ms. */
export interface TrainingOrigin {
  readonly of: OfRows | OfDecisions
  readonly sample?: KeySample & { readonly key: string; readonly rule: string }
  /** What came of the decisions, where that was asked for. */
  readonly labels?: LabelCount
  /** By source: how much of it there was. NULL: no event. */
  readonly cut: readonly { readonly source: string; readonly events: number; readonly lastArrival: number | null }[]
  readonly code: {
    readonly spillway: string
    readonly pipeline: string
    readonly fingerprint: string
    readonly groups: readonly { readonly group: string; readonly fingerprint: string; readonly place: PlacementIR }[]
  }
}

export interface OfRows {
  readonly kind: 'rows'
  /** Rows that were asked for, before a sample was taken. */
  readonly asked: number
  /** Of those that are left, how many are before the first arrival, so that nothing was known… */
  readonly before: number
  /** …and how many are behind the last: more may arrive by their time. */
  readonly ahead: number
}

export interface OfDecisions {
  readonly kind: 'decisions'
  readonly model: string
  /** Of each version of the pipeline that decided, where that is recorded. */
  readonly decidedBy?: readonly { readonly fingerprint: string; readonly decisions: number }[]
}

/** `ir`: the pipeline with the groups that are read, as the user defined them. */
export const codeOf = (ir: PipelineIR, fingerprint: string, groups: readonly string[]): TrainingOrigin['code'] => ({
  spillway: packageVersion(),
  pipeline: ir.name,
  fingerprint,
  groups: ir.groups
    .filter(({ name }) => groups.includes(name))
    .map(group => ({ group: group.name, fingerprint: groupFingerprint(ir, group), place: group.place })),
})

export const cutOf = (histories: Iterable<readonly [string, Pick<History, 'block'>]>): TrainingOrigin['cut'] =>
  [...histories].map(([source, { block }]) => ({ source, events: block.length, lastArrival: block.arrival.at(-1) ?? null }))

export const sampleOf = (sample: KeySample, key: string): NonNullable<TrainingOrigin['sample']> => ({ ...sample, key, rule: SAMPLE_RULE })
