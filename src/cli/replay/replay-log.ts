/** `replay --log`: histories through the durable log of a data folder, and the decisions from there. */
import { stopwatch } from '../../base/clock.ts'
import { Strings } from '../../columns/strings.ts'
import type { ModelIR } from '../../define/ir/ir.ts'
import { closeFolder, openFolder, readFolder } from '../../log/sqlite/data-folder.ts'
import {
  count,
  countsOf,
  decidingModels,
  noDecisions,
  type ModelSummary,
  type Replayable,
  type ReplayOptions,
  type ReplaySummary,
} from '../../replay/replay.ts'
import type { LoadOptions } from '../../replay/load.ts'
import { importHistories, type Imported } from '../../run/import/import.ts'
import { recordedBatches } from '../../run/history/recorded-batches.ts'

/** What a replay did, and where the log stands. */
export interface LoggedSummary extends ReplaySummary {
  readonly log: {
    readonly folder: string
    /** Its entries are [first, end). */
    readonly first: number
    readonly end: number
    /** Entries that were there of an import that was broken off, and were compared. */
    readonly found: number
  }
}

/** As `replay`, but that all models decide, and that a file which breaks off is not imported. Throws as `openFolder` and `importHistories` do. */
export async function replayThroughLog(pipeline: Replayable, folder: string, options: ReplayOptions): Promise<LoggedSummary> {
  const deciding = decidingModels(pipeline.ir, options.models)
  const warnings: string[] = []
  let undecodable = 0
  const start = stopwatch()
  const imported = await inFolder(folder, pipeline, {
    ...options,
    onWarning(warning) {
      warnings.push(warning)
      options.onWarning?.(warning)
    },
    onUndecodable: records => (undecodable += records),
  })
  const models = await tellDecisions(pipeline, deciding, folder, imported, options)
  return {
    ...countsOf(pipeline, imported.histories, models),
    undecodable,
    loadSeconds: imported.loadSeconds,
    decideSeconds: (stopwatch() - start) / 1000 - imported.loadSeconds,
    warnings: [...warnings, ...imported.reports],
    brokenOff: [],
    log: { folder, first: imported.from, end: imported.end, found: imported.found },
  }
}

interface Timed extends Imported {
  readonly loadSeconds: number
  readonly reports: readonly string[]
}

async function inFolder(
  path: string,
  pipeline: Replayable,
  { files, onRefused, onUndecodable, onWarning, onProgress }: ReplayOptions & Pick<LoadOptions, 'onUndecodable'>,
): Promise<Timed> {
  const folder = await openFolder(path)
  const start = stopwatch()
  let loaded = start
  const reports: string[] = []
  try {
    const imported = await importHistories(pipeline, {
      store: folder.store,
      files,
      ...(onRefused && { onRefused }),
      ...(onUndecodable && { onUndecodable }),
      ...(onWarning && { onWarning }),
      onReport: report => reports.push(report),
      onProgress(stage, share) {
        if (stage.startsWith('reading')) loaded = stopwatch()
        onProgress?.(stage, share)
      },
    })
    return { ...imported, loadSeconds: (loaded - start) / 1000, reports }
  } finally {
    await closeFolder(folder)
  }
}

async function tellDecisions(
  pipeline: Replayable,
  models: readonly ModelIR[],
  folder: string,
  { from }: Imported,
  options: ReplayOptions,
): Promise<ModelSummary[]> {
  const reader = readFolder(folder)
  const summaries: ModelSummary[] = []
  try {
    for (const model of models) {
      const summary = noDecisions(model.name)
      const strings = new Strings()
      const total = reader.models().find(each => each.model === model.name)?.decisions ?? 0
      for (const batch of recordedBatches(pipeline.ir, model, reader.decisionsFrom(model.name, from), strings, { total })) {
        count(summary, batch)
        await options.onDecisions?.(batch, { strings })
        options.onProgress?.(`reading decisions of ${model.name}`, batch.done)
      }
      summaries.push(summary)
    }
  } finally {
    reader.close()
  }
  return summaries
}
