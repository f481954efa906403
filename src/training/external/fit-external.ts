/**
 * A model fitted by a command: rows in a folder, its process, and what it left (`contract.ts`). What it does is its own; what comes of it is a model that fits the
 * inputs, or `SPILL_TRAINING`, which says what was wrong and what the trainer said last.
 */
import { stopwatch } from '../../base/clock.ts'
import type { ExternalIR } from '../../define/model/external.ts'
import { checkClasses, tableOf, type TrainingRows } from '../table/table.ts'
import { columnOf, CONTRACT_VERSION, ROWS, type Task, type TrainerManifest } from './contract.ts'
import { readMetrics, readModel, Unusable, type ExternalModel } from './read-fit.ts'
import { inTrainerFolder, writeInput } from './trainer-folder.ts'
import { failed, runTrainer, type ProcessOptions } from './trainer-process.ts'

export type ExternalFit<Names extends string = string> = ExternalModel<Names> & {
  /** What the trainer has measured, by its own names. */
  readonly metrics: Readonly<Record<string, number>>
  /** The last lines of what it said. */
  readonly said: string
  readonly seconds: number
}

export interface ExternalFitOptions extends ProcessOptions {
  /** `probability` (labels 0 and 1) unless given. */
  readonly task?: Task
  /** 0 unless given. */
  readonly seed?: number
  /** What the manifest says of the rows: plain JSON. */
  readonly of?: unknown
}

/**
 * Has `external({ … })` fit a model on rows. Throws `SPILL_TRAINING` for rows that nothing can be fitted on, for a trainer that fails, hangs, or writes too much, and for what it
 * left where that is no model of these inputs; `SPILL_LIMIT` for too many rows. Nothing that it wrote stays.
 */
export async function fitExternal<Names extends string>(
  trainer: ExternalIR,
  rows: TrainingRows<Names>,
  options: ExternalFitOptions = {},
): Promise<ExternalFit<Names>> {
  const { task = 'probability', seed = 0, of } = options
  const table = tableOf(rows)
  if (task === 'probability') checkClasses(table)
  const manifest: TrainerManifest = {
    contract: CONTRACT_VERSION,
    rows: ROWS,
    length: table.length,
    inputs: table.names.map(name => ({ name, column: columnOf(name) })),
    label: 'label',
    ...(table.weights && { weight: 'weight' }),
    task,
    seed,
    ...(of !== undefined && { of }),
  }
  return inTrainerFolder(async folder => {
    await writeInput(folder, table, manifest)
    const begun = stopwatch()
    const said = await runTrainer(trainer, folder, options)
    try {
      const model = readModel(folder.output, table.names) as ExternalModel<Names>
      return { ...model, metrics: readMetrics(folder.output), said, seconds: (stopwatch() - begun) / 1000 }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error
      return failed(trainer, `ended well, and ${error.message}`, said)
    }
  })
}
