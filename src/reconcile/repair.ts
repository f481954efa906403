/**
 * Plan of a repair after a reconciliation, shown before it is executed.
 *
 * A repair never rewrites recorded history, and decides and sends nothing again. It notes unexplained values beside them, rebuilds the
 * state behind them from the log, replays pending dead letters, and starts missing batch runs. Late events need no repair, since
 * decisions were correct by what they knew.
 */
import { type Clock, SpillwayError, limits, definitionOf } from '../base/index.ts'
import { groupCode, batchRunsIn } from '../batch/index.ts'
import type { PipelineIR } from '../define/ir/index.ts'
import { scheduleCursor } from '../kernel/index.ts'
import { Log, type NamedValues, type NamedWrite } from '../log/index.ts'
import { Strings } from '../columns/index.ts'
import { readCheckpointManifest, CHECKPOINT_MANIFEST } from '../run/index.ts'
import { featuresOf, type FingerprintedPipeline } from './code-versions.ts'
import { reconcile, type ReconcileReader, type ReconcileOptions } from './reconcile.ts'
import type { ReconcileReport } from './reconcile-report.ts'
import { lastReconciliation, putsWithoutUnexplained } from './reconciliation-ledger.ts'
import { putOfNote, repairNotesIn, type SettledCell, type SettledCode } from './repair-notes.ts'

/** A batch run that is due but missing. */
export interface MissingRun {
  readonly group: string
  /** Scheduled time of the last run with these definitions, UTC ms; undefined without one. */
  readonly last?: number
  readonly due: number
}

/** Actions of a repair. */
export interface RepairPlan {
  readonly report: ReconcileReport
  /** Unexplained values, noted one by one. */
  readonly cells: readonly SettledCell[]
  /** Inputs of other pipeline versions, noted with all of their values. */
  readonly codes: readonly SettledCode[]
  /** Groups whose saved state is discarded, because unexplained values were read from it. */
  readonly groups: readonly string[]
  /**
   * Numbers of the dead letters to replay, and the count of the others: rejected again since their last edit, or of an unknown source.
   */
  readonly letters: readonly number[]
  readonly otherLetters: number
  readonly runs: readonly MissingRun[]
  /** The last reconciliation with unexplained values: the alert about them ends. */
  readonly finding?: number
}

/** Options of `planRepair`. */
export interface RepairOptions extends Pick<ReconcileOptions, 'onProgress' | 'atOnce'> {
  readonly clock: Clock
}

/** Compares all decisions. Throws as `reconcile` does, and `SPILL_LIMIT` for more unexplained values than notes may hold. */
export async function planRepair(
  pipeline: FingerprintedPipeline,
  reader: ReconcileReader,
  { clock, ...options }: RepairOptions,
): Promise<RepairPlan> {
  const { ir } = pipeline
  const last = lastReconciliation(reader)
  const cells: SettledCell[] = []
  const codes = new Map<string, SettledCode>()
  const report = await reconcile(pipeline, reader, {
    ...options,
    onMismatch({ basis, causes, model, input, entry, key, t, recorded, fingerprint }) {
      if (causes[0].reason === 'unexplained') cells.push({ model, input, entry, key, t, recorded })
      if (basis === 'recorded' && causes[0].reason === 'code version')
        codes.set(JSON.stringify([model, input, fingerprint]), { model, input, fingerprint })
      if (cells.length > 2 * limits.RECONCILE_SETTLED_MAX) throw tooMany()
    },
  })
  return {
    report,
    // A mismatch of the recorded basis is one of the corrected basis too.
    cells: [...new Map(cells.map(cell => [JSON.stringify(cell), cell])).values()],
    codes: [...codes.values()],
    groups: groupsWithState(ir, cells, reader),
    ...lettersOf(ir, reader),
    runs: missingRuns(ir, reader, clock()),
    ...(last && last.done.unexplained > 0 && { finding: last.number }),
  }
}

/** True if there is nothing to repair. */
export const isEmptyRepair = ({ cells, codes, groups, letters, runs, finding }: RepairPlan): boolean =>
  finding === undefined && [cells, codes, groups, letters, runs].every(({ length }) => length === 0)

/**
 * Puts of a repair, committed before anything runs: the note, the last reconciliation without the values that are noted, and the manifest
 * without the state of the plan's groups.
 */
export function repairPuts({ cells, codes, groups }: RepairPlan, store: NamedValues, at: number): NamedWrite[] {
  const number = (repairNotesIn(store).at(-1)?.number ?? 0) + 1
  const note = cells.length + codes.length > 0 ? [putOfNote({ number, at, cells, codes })] : []
  const notes = [...note, ...putsWithoutUnexplained(store)]
  const manifest = readCheckpointManifest(store)
  if (!manifest || groups.length === 0) return notes
  const remaining = Object.fromEntries(Object.entries(manifest.groups).filter(([name]) => !groups.includes(name)))
  return [...notes, [CHECKPOINT_MANIFEST, JSON.stringify({ ...manifest, groups: remaining })]]
}

const tooMany = (): SpillwayError =>
  new SpillwayError(
    'SPILL_LIMIT',
    `more than ${limits.RECONCILE_SETTLED_MAX} values are unexplained (RECONCILE_SETTLED_MAX); check that this pipeline made the decisions, since this is more than local damage`,
  )

/** Groups that these cells read and whose state is saved. */
function groupsWithState({ models }: PipelineIR, cells: readonly SettledCell[], reader: ReconcileReader): string[] {
  const inputs = new Set(cells.map(({ model, input }) => JSON.stringify([model, input])))
  const groupsRead = models.flatMap(model =>
    model.inputs
      .filter(({ name }) => inputs.has(JSON.stringify([model.name, name])))
      .flatMap(({ expr }) => featuresOf(expr).map(({ group }) => group)),
  )
  const saved = Object.keys(readCheckpointManifest(reader)?.groups ?? {})
  return [...new Set(groupsRead)].filter(group => saved.includes(group))
}

function lettersOf({ sources }: PipelineIR, { deadLetters }: ReconcileReader): Pick<RepairPlan, 'letters' | 'otherLetters'> {
  const names = new Set(sources.map(({ name }) => name))
  const replayed: number[] = []
  let otherLetters = 0
  for (const { id, source, attempts } of deadLetters.dead()) {
    if (source !== undefined && names.has(source) && attempts === 0) replayed.push(id)
    else otherLetters++
  }
  return { letters: replayed, otherLetters }
}

function missingRuns({ groups, sources }: PipelineIR, reader: ReconcileReader, now: number): MissingRun[] {
  const runs = batchRunsIn(reader)
  const log = new Log(reader, { sources, stringsOf: () => new Strings() })
  return groups.flatMap((group): MissingRun[] => {
    if ((group.place.kind !== 'batch' && group.place.kind !== 'hybrid') || log.countEventsBefore(group.source, log.end) === 0) return []
    const code = groupCode(group, definitionOf(sources, group.source))
    const last = runs.findLast(run => run.group === group.name && run.code === code && run.state === 'done')?.s
    // A run that is due at exactly this time may still get events.
    const due = scheduleCursor(group.place.schedule)(now - 1)
    return last !== undefined && due <= last ? [] : [{ group: group.name, due, ...(last !== undefined && { last }) }]
  })
}
