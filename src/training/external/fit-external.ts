/**
 * Fits a model by an external command: writes rows to a folder, runs the process, and reads its model (`trainer-folder.ts`). The result is a
 * model over the inputs, or `SPILL_TRAINING` with the fault and the last output of the trainer.
 */
import { stopwatch } from '../../base/index.ts'
import type { ExternalIR } from '../../define/ir/index.ts'
import { checkClasses, trainingTable, type TrainingRows } from '../input/training-table.ts'
import {
  inputColumn,
  CONTRACT_VERSION,
  TRAINER_ROWS,
  type TrainerTask,
  type TrainerManifest,
  withTrainerFolder,
  writeTrainerInput,
} from './trainer-folder.ts'
import { readTrainerMetrics, readTrainerModel, UnusableModel, type ExternalModel } from './read-fit.ts'
import { trainerFailed, runTrainer, type TrainerProcessOptions } from './trainer-process.ts'

/** A model from an external trainer. */
export type ExternalFit<Names extends string = string> = ExternalModel<Names> & {
  /** Metrics by the trainer's own names. */
  readonly metrics: Readonly<Record<string, number>>
  /** Last lines of its output. */
  readonly output: string
  readonly seconds: number
}

/** Options of `fitExternal`. */
export interface ExternalFitOptions extends TrainerProcessOptions {
  /** `probability` (labels 0 and 1, the default) or `number`. */
  readonly task?: TrainerTask
  /** Default 0. */
  readonly seed?: number
  /** Description of the rows for the manifest: plain JSON. */
  readonly of?: unknown
}

/**
 * Fits the model of an `external({ … })` definition on rows, in columns of one value per row. The temporary folder is deleted afterwards.
 *
 * @throws `SPILL_TRAINING` for rows that cannot be fitted, a trainer that fails, times out or writes too much, and an unusable model;
 * `SPILL_LIMIT` for too many rows.
 * @example
 *   await fitExternal(trainer, { columns: { x: Float64Array.of(0, 1) }, labels: [0, 1] })
 */
export async function fitExternal<Names extends string>(
  trainer: ExternalIR,
  rows: TrainingRows<Names>,
  options: ExternalFitOptions = {},
): Promise<ExternalFit<Names>> {
  const { task = 'probability', seed = 0, of } = options
  const table = trainingTable(rows)
  if (task === 'probability') checkClasses(table)
  const manifest: TrainerManifest = {
    contract: CONTRACT_VERSION,
    rows: TRAINER_ROWS,
    length: table.length,
    inputs: table.names.map(name => ({ name, column: inputColumn(name) })),
    label: 'label',
    ...(table.weights && { weight: 'weight' }),
    task,
    seed,
    ...(of !== undefined && { of }),
  }
  return withTrainerFolder(async folder => {
    await writeTrainerInput(folder, table, manifest)
    const startedAt = stopwatch()
    const output = await runTrainer(trainer, folder, options)
    try {
      const model = readTrainerModel(folder.output, table.names) as ExternalModel<Names>
      return { ...model, metrics: readTrainerMetrics(folder.output), output, seconds: (stopwatch() - startedAt) / 1000 }
    } catch (error) {
      if (!(error instanceof UnusableModel)) throw error
      return trainerFailed(trainer, `ended well, and ${error.message}`, output)
    }
  })
}
