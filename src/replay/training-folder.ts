/**
 * Writes a training set as a folder: `rows.parquet` and `manifest.json`. The manifest is written last, so a folder without one is no
 * training set. It describes the origin of the rows: plain JSON, equal for equal history, definitions and rows, wherever and whenever the set
 * is built.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically, packageVersion } from '../base/node/index.ts'
import { fileError, systemError, writeOutputTable } from '../files/index.ts'
import { RowHash } from './row-hash.ts'
import type { TrainingBatch, TrainingColumn, TrainingSet } from './training-set.ts'
import { countUpTo } from '../columns/index.ts'
import { groupFingerprint, type PipelineIR, type PlacementIR } from '../define/ir/index.ts'
import type { SourceHistory } from '../intake/index.ts'
import { SAMPLE_RULE, type KeySample } from './key-sample.ts'
import type { LabelCount } from './labelled-set.ts'

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
  readonly requestedRows: number
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

/**
 * The origin of a set of a pipeline's `groups`, as the manifest has it. `ir` is the pipeline as the user defined it; `key` is the column that
 * the sample is taken by.
 */
export const trainingOrigin = (
  { ir, fingerprint }: { readonly ir: PipelineIR; readonly fingerprint: string },
  groups: readonly string[],
  {
    of,
    sample,
    key,
    labels,
    cut,
  }: Pick<TrainingOrigin, 'of' | 'labels' | 'cut'> & { readonly sample: KeySample | undefined; readonly key: string },
): TrainingOrigin => ({
  of,
  ...(sample && { sample: { ...sample, key, rule: SAMPLE_RULE } }),
  ...(labels && { labels }),
  cut,
  code: {
    spillway: packageVersion(),
    pipeline: ir.name,
    fingerprint,
    groups: ir.groups
      .filter(({ name }) => groups.includes(name))
      .map(group => ({ group: group.name, fingerprint: groupFingerprint(ir, group), place: group.place })),
  },
})

/** The manifest's `cut`: the events of each source that had arrived by `at`, UTC ms. */
export const manifestCut = (histories: Iterable<readonly [string, Pick<SourceHistory, 'block'>]>, at = Infinity): TrainingOrigin['cut'] =>
  [...histories].map(([source, { block }]) => {
    const [events] = countUpTo(block.arrival, Float64Array.of(at))
    return { source, events, lastArrival: events > 0 ? block.arrival[events - 1] : null }
  })

const ROWS = 'rows.parquet'
const MANIFEST = 'manifest.json'

/** Writes a training set. Throws `SPILL_FILE` if the folder cannot be written. After any error the folder has no manifest. */
export async function writeTrainingSet(
  folder: string,
  { columns, strings, batches }: TrainingSet,
  origin: () => TrainingOrigin,
  onProgress?: (share: number) => void,
): Promise<TrainingManifest> {
  begin(folder)
  const hash = new RowHash(columns, strings)
  let rows = 0
  function* hashed(): Generator<TrainingBatch> {
    for (const batch of batches) {
      hash.add(batch.length, batch.columns)
      yield batch
      rows += batch.length
      onProgress?.(batch.done)
    }
  }
  await writeOutputTable(join(folder, ROWS), columns, strings, hashed())
  const manifest: TrainingManifest = { format: 1, file: ROWS, rows, sha256: hash.digest(), columns, ...origin() }
  end(folder, manifest)
  return manifest
}

/** Creates the folder, and removes the manifest of an earlier set. */
function begin(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true })
    rmSync(join(folder, MANIFEST), { force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw fileError(folder, 'is a file; name a folder', error)
    throw systemError(folder, error)
  }
}

function end(folder: string, manifest: TrainingManifest): void {
  const path = join(folder, MANIFEST)
  try {
    writeAtomically(path, `${JSON.stringify(manifest, null, 2)}\n`)
  } catch (error) {
    throw systemError(path, error)
  }
}
