/**
 * Laws of batch runs after crashes, for ledger and log: each swap has a run, at a cut with everything that it must know, and no run is made
 * twice.
 */
import { Strings } from '../../src/columns/strings.ts'
import { computeParts } from '../../src/batch/compute.ts'
import { groupCode } from '../../src/batch/group-definition.ts'
import { batchRunsIn, totalsOf, type BatchRunRecord } from '../../src/batch/ledger.ts'
import type { PipelineIR } from '../../src/define/ir/ir.ts'
import { BatchResults } from '../../src/run/groups/batch-results.ts'
import type { Entry } from './inspect.ts'
import { ModelStore, type Disk } from './model-store.ts'
import { fault, type Verdict } from './verdict.ts'

/** The batch run that a group answers from at an entry of the log, by its markers. */
export type InUse = (group: string, entry: number) => BatchRunRecord | undefined

/** Every run that was ever in the ledger, in its last state. */
export const runsOf = (disk: Disk): BatchRunRecord[] => batchRunsIn(new ModelStore(withLedger(disk)))

/**
 * The disk with exactly the swapped-in runs in its ledger, including forgotten ones: a replay needs no more, and must not continue others.
 */
export function withSwapped(disk: Disk): Disk {
  const swapped = new Set(runsOf(disk).flatMap(run => (run.swapped === undefined ? [] : [run.number])))
  const isKept = ([name, text]: readonly [string, string | null]): boolean =>
    !name.startsWith('part/') && (!name.startsWith('run/') || (text !== null && isSwapped(text) && swapped.has(numberIn(text))))
  return { commits: disk.commits.map(({ put = [], ...commit }) => ({ ...commit, put: put.filter(isKept) })) }
}

const isSwapped = (text: string): boolean => (JSON.parse(text) as BatchRunRecord).swapped !== undefined
const numberIn = (text: string): number => (JSON.parse(text) as BatchRunRecord).number

/** Nothing is ever removed from the ledger. */
const withLedger = ({ commits }: Disk): Disk => ({
  commits: commits.map(({ put = [], ...commit }) => ({
    ...commit,
    put: put.filter(([name, text]) => !name.startsWith('run/') || text !== null),
  })),
})

/** Results of the runs of a disk, each computed again from its log. */
export function resultsOf(ir: PipelineIR, disk: Disk, strings: Strings): BatchResults {
  return new BatchResults({ ir, store: new ModelStore(withSwapped(disk)), strings, onReport: () => {} })
}

/** By the log markers, for groups as defined in `ir`: a run of another definition has no result. */
export function inUseOf({ groups, sources }: PipelineIR, disk: Disk, entries: readonly Entry[]): InUse {
  const runs = new Map(runsOf(disk).map(run => [run.number, run]))
  const codes = new Map(
    groups.map(group => [
      group.name,
      groupCode(
        group,
        sources.find(({ name }) => name === group.source)!,
      ),
    ]),
  )
  const swaps = entries.flatMap((entry, i) => ('mark' in entry && entry.mark.kind === 'swap' ? [{ i, mark: entry.mark }] : []))
  return (group, at) => {
    const last = swaps.findLast(({ i, mark }) => i < at && mark.group === group)
    const run = last && runs.get(last.mark.run)
    return run?.code === codes.get(group) ? run : undefined
  }
}

/**
 * `pipelines`: all that ran over the log. `batchRuns`: numbers of runs that were reported as ended. `isKept`: every process kept the whole log.
 */
export function checkRuns(
  verdict: Verdict,
  pipelines: readonly PipelineIR[],
  disk: Disk,
  entries: readonly Entry[],
  batchRuns: readonly number[],
  isKept: boolean,
): void {
  const runs = runsOf(disk)
  const marks = entries.flatMap((entry, i) => ('mark' in entry && entry.mark.kind === 'swap' ? [{ i, mark: entry.mark }] : []))
  for (const { i, mark } of marks) {
    const run = runs.find(({ number }) => number === mark.run)
    const says = run && JSON.stringify([run.group, run.s, run.swapped, run.state])
    if (says !== JSON.stringify([mark.group, mark.s, i, 'done']))
      fault(verdict, 'different', `entry ${i} swaps in run ${mark.run} of '${mark.group}' of ${mark.s}, and the ledger says ${says}`)
  }
  for (const run of runs) {
    const times = marks.filter(({ mark }) => mark.run === run.number).length
    if (times > 1) fault(verdict, 'duplicated', `run ${run.number} is swapped in ${times} times`)
    if (times === 0 && run.swapped !== undefined) fault(verdict, 'lost', `the swap of run ${run.number} at entry ${run.swapped}`)
    if (run.done) checkCut(verdict, run, entries)
    if (run.done) checkHash(verdict, pipelines, run, disk, isKept)
    // A full disk stores no failed run either.
    if (run.state === 'failed') fault(verdict, 'different', `run ${run.number} failed: ${run.error}`)
  }
  for (const number of batchRuns)
    if (!runs.some(run => run.number === number && run.swapped !== undefined))
      fault(verdict, 'lost', `run ${number}, which somebody was told is in use`)
  for (const [of, same] of Map.groupBy(
    runs.filter(run => run.state === 'done' && run.why === 'schedule'),
    textOf,
  ))
    if (same.length > 1) fault(verdict, 'duplicated', `${same.length} runs ${of}`)
}

const textOf = ({ group, s, code }: BatchRunRecord): string => `of '${group}' of ${s}, defined as ${code}`

/** Nothing after a cut has arrived by its time, so the run knows everything. */
function checkCut(verdict: Verdict, { number, s, cut }: BatchRunRecord, entries: readonly Entry[]): void {
  const late = entries.findIndex((entry, i) => i >= cut && 'event' in entry && entry.event.arrival <= s)
  if (late >= 0) fault(verdict, 'different', `run ${number} of ${s} has the cut ${cut}, and entry ${late} had arrived by then`)
}

/** A run is a function of its log, however often it was interrupted. */
function checkHash(
  verdict: Verdict,
  pipelines: readonly PipelineIR[],
  { number, group: name, code, s, cut, done }: BatchRunRecord,
  disk: Disk,
  isKept: boolean,
): void {
  for (const { groups, sources } of pipelines) {
    const group = groups.find(one => one.name === name)
    const source = group && sources.find(one => one.name === group.source)
    if (!group || !source || groupCode(group, source) !== code) continue
    // State keeps events that no window reaches any more, as long as the log has them: after a partial forget it differs.
    if (group.place.kind === 'hybrid' && !isKept) continue
    const making = computeParts(new ModelStore(disk), { group, source, sources, asOf: s, cut, partitions: done!.partitions })
    for (let next = making.next(); ; next = making.next()) {
      if (!next.done) continue
      const { hash } = totalsOf(next.value)
      if (hash !== done!.hash) fault(verdict, 'different', `run ${number} gave ${done!.hash}, and gives ${hash} when it is made again`)
      return
    }
  }
}
