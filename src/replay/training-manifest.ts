/**
 * Describes the origin of a training set's rows: plain JSON, equal for equal history, definitions and rows, wherever and whenever the
 * set is built.
 */
import { packageVersion } from '../base/node/index.ts'
import { groupFingerprint, type PipelineIR, type PlacementIR } from '../define/ir/index.ts'
import type { SourceHistory } from '../intake/index.ts'
import { SAMPLE_RULE, type KeySample } from './key-sample.ts'
import type { LabelCount } from './labelled-set.ts'
import type { TrainingColumn } from './training-set.ts'

/** The manifest of a training set. */
export interface TrainingManifest extends TrainingOrigin {
  readonly format: 1
  readonly file: string
  readonly rows: number
  /** The `RowHash` of the rows: the columns below, then the rows in order. */
  readonly sha256: string
  readonly columns: readonly TrainingColumn[]
}

/** The inputs of a training set; times are UTC ms. */
export interface TrainingOrigin {
  readonly of: RowsOrigin | DecisionsOrigin
  readonly sample?: KeySample & { readonly key: string; readonly rule: string }
  /** Counts of labels, if labels were requested. */
  readonly labels?: LabelCount
  /** By source: its events and last arrival; NULL without events. */
  readonly cut: readonly { readonly source: string; readonly events: number; readonly lastArrival: number | null }[]
  readonly code: {
    readonly spillway: string
    readonly pipeline: string
    readonly fingerprint: string
    readonly groups: readonly { readonly group: string; readonly fingerprint: string; readonly place: PlacementIR }[]
  }
}

/** A set of requested rows. */
export interface RowsOrigin {
  readonly kind: 'rows'
  /** Requested rows, before sampling. */
  readonly asked: number
  /** Sampled rows before the first arrival, to which nothing is visible… */
  readonly before: number
  /** …and those after the last arrival: more events may arrive by their time. */
  readonly ahead: number
}

/** A set of a model's decisions. */
export interface DecisionsOrigin {
  readonly kind: 'decisions'
  readonly model: string
  /** The decisions of each pipeline version, if recorded. */
  readonly decidedBy?: readonly { readonly fingerprint: string; readonly decisions: number }[]
}

/** The manifest's `code`. `ir` is the pipeline as the user defined it. */
export const manifestCode = (ir: PipelineIR, fingerprint: string, groups: readonly string[]): TrainingOrigin['code'] => ({
  spillway: packageVersion(),
  pipeline: ir.name,
  fingerprint,
  groups: ir.groups
    .filter(({ name }) => groups.includes(name))
    .map(group => ({ group: group.name, fingerprint: groupFingerprint(ir, group), place: group.place })),
})

/** The manifest's `cut`. */
export const manifestCut = (histories: Iterable<readonly [string, Pick<SourceHistory, 'block'>]>): TrainingOrigin['cut'] =>
  [...histories].map(([source, { block }]) => ({ source, events: block.length, lastArrival: block.arrival.at(-1) ?? null }))

/** The manifest's `sample`. */
export const manifestSample = (sample: KeySample, key: string): NonNullable<TrainingOrigin['sample']> => ({
  ...sample,
  key,
  rule: SAMPLE_RULE,
})
