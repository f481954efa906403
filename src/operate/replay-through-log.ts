/** Imports histories into the durable log of a data folder, and reads the decisions back from it. */
import { stopwatch } from '../base/index.ts'
import { Strings } from '../columns/index.ts'
import type { ModelIR } from '../define/ir/index.ts'
import { closeDataFolder, openDataFolder, readDataFolder } from '../log/sqlite/index.ts'
import {
  countDecisions,
  summaryCounts,
  decidingModels,
  emptyModelSummary,
  type ModelSummary,
  type Replayable,
  type ReplayOptions,
  type ReplaySummary,
  type LoadOptions,
} from '../replay/index.ts'
import { importHistories, type ImportResult } from '../run/index.ts'
import { recordedBatches } from '../run/history/index.ts'

/** The summary of a replay, with the imported range of the log. */
export interface LoggedSummary extends ReplaySummary {
  readonly log: {
    readonly folder: string
    /** The imported entries are [first, end). */
    readonly first: number
    readonly end: number
    /** Number of entries that an interrupted import had written; they were compared with the files. */
    readonly found: number
  }
}

/** Like `replay`, but all models decide, and a truncated file is not imported. Throws like `openFolder` and `importHistories`. */
export async function replayThroughLog(pipeline: Replayable, folder: string, options: ReplayOptions): Promise<LoggedSummary> {
  const deciding = decidingModels(pipeline.ir, options.models)
  const warnings: string[] = []
  let undecodable = 0
  const start = stopwatch()
  const imported = await importInto(folder, pipeline, {
    ...options,
    onWarning(warning) {
      warnings.push(warning)
      options.onWarning?.(warning)
    },
    onUndecodable: records => (undecodable += records),
  })
  const models = await readDecisions(pipeline, deciding, folder, imported, options)
  return {
    ...summaryCounts(pipeline, imported.histories, models),
    undecodable,
    loadSeconds: imported.loadSeconds,
    decideSeconds: (stopwatch() - start) / 1000 - imported.loadSeconds,
    warnings: [...warnings, ...imported.reports],
    brokenOff: [],
    log: { folder, first: imported.from, end: imported.end, found: imported.alreadyImported },
  }
}

interface TimedImport extends ImportResult {
  readonly loadSeconds: number
  readonly reports: readonly string[]
}

async function importInto(
  path: string,
  pipeline: Replayable,
  { files, onRejected, onUndecodable, onWarning, onProgress }: ReplayOptions & Pick<LoadOptions, 'onUndecodable'>,
): Promise<TimedImport> {
  const folder = await openDataFolder(path)
  const start = stopwatch()
  let loadedAt = start
  const reports: string[] = []
  try {
    const imported = await importHistories(pipeline, {
      store: folder.store,
      files,
      ...(onRejected && { onRejected }),
      ...(onUndecodable && { onUndecodable }),
      ...(onWarning && { onWarning }),
      onReport: report => reports.push(report),
      onProgress(stage, share) {
        if (stage.startsWith('reading')) loadedAt = stopwatch()
        onProgress?.(stage, share)
      },
    })
    return { ...imported, loadSeconds: (loadedAt - start) / 1000, reports }
  } finally {
    await closeDataFolder(folder)
  }
}

async function readDecisions(
  pipeline: Replayable,
  models: readonly ModelIR[],
  folder: string,
  { from }: ImportResult,
  options: ReplayOptions,
): Promise<ModelSummary[]> {
  const reader = readDataFolder(folder)
  const summaries: ModelSummary[] = []
  try {
    for (const model of models) {
      const summary = emptyModelSummary(model.name)
      const strings = new Strings()
      const total = reader.models().find(each => each.model === model.name)?.decisions ?? 0
      for (const batch of recordedBatches(pipeline.ir, model, reader.decisionsFrom(model.name, from), strings, { total })) {
        countDecisions(summary, batch)
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
