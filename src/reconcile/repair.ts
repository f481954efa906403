/**
 * What a repair would do about what a reconciliation finds, said before it is done.
 *
 * Recorded history is never rewritten and nothing is decided or sent again. Values that are not what SQL makes of what their decisions knew are noted as that, beside
 * them; state that may have made them is made again from the log; dead letters that wait are sent again; a batch run that is missing is made. What came late is nothing
 * to repair: those decisions were right as they were known.
 */
import type { Clock } from '../base/clock.ts'
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import { codeOf } from '../batch/code.ts'
import { runsIn } from '../batch/ledger.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import { scheduleCursor } from '../kernel/schedule.ts'
import { Log } from '../log/log.ts'
import type { Commit, StoredLog } from '../log/store.ts'
import { Strings } from '../columns/strings.ts'
import { manifestOf, MANIFEST } from '../run/recovery/manifest.ts'
import { featuresOf } from './code-versions.ts'
import { reconcile, type Reconcilable, type ReconcileOptions } from './reconcile.ts'
import type { ReconcileReport } from './report.ts'
import { notePut, notesIn, type SettledCell, type SettledCode } from './settled.ts'

/** A batch run that should be there. */
export interface MissingRun {
  readonly group: string
  /** The time that the last is of, UTC ms; absent if there is none of these definitions. */
  readonly last?: number
  readonly due: number
}

export interface RepairPlan {
  readonly report: ReconcileReport
  /** Unexplained values, to be noted one by one. */
  readonly cells: readonly SettledCell[]
  /** Inputs as other versions of the pipeline made them, to be noted with all of their values. */
  readonly codes: readonly SettledCode[]
  /** Groups whose saved state is thrown away: unexplained values were read from them. */
  readonly groups: readonly string[]
  /** Dead letters that are sent again, by number, and how many are left out: refused again since they were edited last, or of a source that the pipeline has not. */
  readonly letters: readonly number[]
  readonly otherLetters: number
  readonly runs: readonly MissingRun[]
}

export interface PlanOptions extends Pick<ReconcileOptions, 'onProgress' | 'atOnce'> {
  readonly clock: Clock
}

/** Compares everything. Throws as `reconcile` does, and `SPILL_LIMIT` where more is unexplained than notes are for. */
export async function planRepair(
  pipeline: { readonly ir: PipelineIR; readonly fingerprint: string },
  reader: Reconcilable,
  { clock, ...options }: PlanOptions,
): Promise<RepairPlan> {
  const { ir } = pipeline
  const cells: SettledCell[] = []
  const codes = new Map<string, SettledCode>()
  const report = await reconcile(pipeline, reader, {
    ...options,
    onApart({ basis, causes, model, input, entry, key, t, recorded, fingerprint }) {
      if (causes[0].reason === 'unexplained') cells.push({ model, input, entry, key, t, recorded })
      if (basis === 'recorded' && causes[0].reason === 'code version')
        codes.set(JSON.stringify([model, input, fingerprint]), { model, input, fingerprint })
      if (cells.length > 2 * limits.RECONCILE_SETTLED_MAX) throw tooMany()
    },
  })
  return {
    report,
    // What is another by what was known is so by what is known.
    cells: [...new Map(cells.map(cell => [JSON.stringify(cell), cell])).values()],
    codes: [...codes.values()],
    groups: stateOf(ir, cells, reader),
    ...lettersOf(ir, reader),
    runs: missingRuns(ir, reader, clock()),
  }
}

export const isNothing = ({ cells, codes, groups, letters, runs }: RepairPlan): boolean =>
  [cells, codes, groups, letters, runs].every(({ length }) => length === 0)

/** What is committed before anything runs: the note, and saved state without that of the plan's groups. */
export function repairPuts({ cells, codes, groups }: RepairPlan, store: StoredLog, at: number): Put[] {
  const number = (notesIn(store).at(-1)?.number ?? 0) + 1
  const note = cells.length + codes.length > 0 ? [notePut({ number, at, cells, codes })] : []
  const manifest = manifestOf(store)
  if (!manifest || groups.length === 0) return note
  const left = Object.fromEntries(Object.entries(manifest.groups).filter(([name]) => !groups.includes(name)))
  return [...note, [MANIFEST, JSON.stringify({ ...manifest, groups: left })]]
}

type Put = NonNullable<Commit['put']>[number]

const tooMany = (): SpillwayError =>
  new SpillwayError(
    'SPILL_LIMIT',
    `more than ${limits.RECONCILE_SETTLED_MAX} values are unexplained (RECONCILE_SETTLED_MAX); that is no damage of a few: is this the pipeline that decided?`,
  )

/** Groups that the inputs of these cells read, as far as state of them is saved. */
function stateOf({ models }: PipelineIR, cells: readonly SettledCell[], reader: Reconcilable): string[] {
  const inputs = new Set(cells.map(({ model, input }) => JSON.stringify([model, input])))
  const read = models.flatMap(model =>
    model.inputs
      .filter(({ name }) => inputs.has(JSON.stringify([model.name, name])))
      .flatMap(({ expr }) => featuresOf(expr).map(({ group }) => group)),
  )
  const saved = Object.keys(manifestOf(reader)?.groups ?? {})
  return [...new Set(read)].filter(group => saved.includes(group))
}

function lettersOf({ sources }: PipelineIR, { letters }: Reconcilable): Pick<RepairPlan, 'letters' | 'otherLetters'> {
  const names = new Set(sources.map(({ name }) => name))
  const send: number[] = []
  let otherLetters = 0
  for (const { id, source, attempts } of letters.dead()) {
    if (source !== undefined && names.has(source) && attempts === 0) send.push(id)
    else otherLetters++
  }
  return { letters: send, otherLetters }
}

function missingRuns({ groups, sources }: PipelineIR, reader: Reconcilable, now: number): MissingRun[] {
  const runs = runsIn(reader)
  const log = new Log(reader, { sources, stringsOf: () => new Strings() })
  return groups.flatMap((group): MissingRun[] => {
    if ((group.place.kind !== 'batch' && group.place.kind !== 'hybrid') || log.eventsOf(group.source, log.end) === 0) return []
    const code = codeOf(
      group,
      sources.find(({ name }) => name === group.source)!,
    )
    const last = runs.findLast(run => run.group === group.name && run.code === code && run.state === 'done')?.s
    // What a schedule is due at this very moment may have more to come.
    const due = scheduleCursor(group.place.schedule)(now - 1)
    return last !== undefined && due <= last ? [] : [{ group: group.name, due, ...(last !== undefined && { last }) }]
  })
}
