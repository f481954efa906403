/**
 * The batch runs of a run: made when their time has come, beside everything else, and swapped in when they are done.
 *
 * A run at `s` is begun once the clock has passed `s`, so that nothing which is appended later has arrived by then, and its cut is durable before it reads the log. One
 * is made at a time. Of runs that were missed the last is made, and the others are not; one that outlasts its period is followed by the one of the
 * last time that has passed; one that failed is tried again, and until then the last result is served. The swap is a mark in the log, so that a log that is taken
 * again gives the same decisions.
 */
import { SpillwayError } from '../base/errors.ts'
import { othersTurn, type Clock } from '../base/clock.ts'
import { limits } from '../base/limits.ts'
import { codeOf } from '../batch/code.ts'
import type { Done } from '../batch/compute.ts'
import type { Compute } from '../batch/job.ts'
import { runName, runsIn, runText, type RunRecord } from '../batch/ledger.ts'
import { readParts } from '../batch/result.ts'
import { BatchValues } from '../batch/values.ts'
import type { Strings } from '../columns/strings.ts'
import type { PipelineIR } from '../define/ir.ts'
import { scheduleCursor } from '../kernel/schedule.ts'
import type { Log } from '../log/log.ts'
import type { Mark } from '../log/segment.ts'
import type { Commit, LogStore } from '../log/store.ts'
import type { BatchGroup } from './batch-group.ts'
import { stoppedError } from './ending.ts'
import type { Results } from './results.ts'

export interface BatchesOptions {
  readonly ir: PipelineIR
  readonly groups: readonly BatchGroup[]
  readonly store: LogStore
  readonly log: Log
  readonly strings: Strings
  readonly results: Results
  readonly clock: Clock
  readonly compute: Compute
  readonly onReport: (report: string) => void
}

type Put = NonNullable<Commit['put']>[number]

/** A group and when its runs are due. */
interface Scheduled {
  readonly group: BatchGroup
  readonly lastTime: (moment: number) => number
  readonly code: string
  /** The time of the last run that is done, UTC ms. */
  s: number
  failures: number
  retryAt: number
  /** Asked for beside the schedule, and not begun. */
  asked: Asked | undefined
}

interface Asked extends PromiseWithResolvers<RunRecord> {
  /** When that was, UTC ms: the time that the run is of. */
  readonly s: number
}

export class Batches {
  readonly #options: BatchesOptions
  readonly #scheduled: readonly Scheduled[]
  readonly #stopping = new AbortController()
  /** Runs of the ledger, by number. */
  readonly #runs = new Map<number, RunRecord>()
  /** Done and not swapped in yet. */
  #ready: RunRecord[] = []
  #running: Promise<void> | undefined
  /** Told when a result waits to be swapped in. */
  onReady: () => void = () => {}

  constructor(options: BatchesOptions) {
    const { groups, store } = options
    this.#options = options
    for (const record of runsIn(store)) this.#runs.set(record.number, record)
    const all = [...this.#runs.values()]
    this.#scheduled = groups.map(group => {
      const { name } = group.group
      const code = codeOf(group.group, group.source)
      const last = all.findLast(run => run.group === name && run.code === code && run.state === 'done')
      if (last && last.swapped === undefined) this.#ready.push(last)
      return {
        group,
        lastTime: scheduleCursor(group.place.schedule),
        code,
        s: last?.s ?? -Infinity,
        failures: 0,
        retryAt: -Infinity,
        asked: undefined,
      }
    })
  }

  /** Is a result waiting to be swapped in? */
  get hasReady(): boolean {
    return this.#ready.length > 0
  }

  /** Files of results that are needed, or are being written. */
  get files(): string[] {
    const used = new Set(this.#scheduled.map(({ group }) => group.values?.run))
    return [...this.#runs.values()].flatMap(run => {
      const isNeeded = used.has(run.number) || run.state === 'running' || (run.state === 'done' && run.swapped === undefined)
      return run.file !== undefined && isNeeded ? [run.file] : []
    })
  }

  /** Does a group answer from this run, or a later one? */
  isInUse(group: string, number: number): boolean {
    return this.#scheduled.some(one => one.group.group.name === group && (one.group.values?.run ?? 0) >= number)
  }

  /** A run of the ledger. */
  at(number: number): RunRecord {
    return this.#runs.get(number)!
  }

  /** Looks whether a run is due, unless one is being made. */
  tick(): void {
    if (this.#running || this.#stopping.signal.aborted || this.#scheduled.length === 0) return
    const { clock, log } = this.#options
    const now = clock()
    for (const one of this.#scheduled) {
      // Of nothing there is nothing to make.
      if (log.eventsOf(one.group.group.source, log.end) === 0) continue
      // What is appended from now on is stamped `now` at least.
      const due = one.lastTime(now - 1)
      const asked = one.asked && one.asked.s < now ? one.asked : undefined
      const s = asked ? asked.s : due
      if (!asked && (!(s > one.s) || now < one.retryAt)) continue
      if (asked) one.asked = undefined
      this.#running = this.#make(one, { s, began: now, asked }).finally(() => (this.#running = undefined))
      return
    }
  }

  /**
   * Makes a run of a group beside its schedule, of this moment, as soon as none is being made. Resolves with what it did, and its result is then swapped in by the next
   * turn; rejects with `SPILL_INPUT` for a group that has no runs, with `SPILL_STOPPED`, and with what it failed with: it is not tried again.
   */
  demand(group: string): Promise<RunRecord> {
    const one = this.#scheduled.find(({ group: { group: own } }) => own.name === group)
    if (!one) return Promise.reject(new SpillwayError('SPILL_INPUT', `group '${group}' is not placed batch, and has no runs`))
    if (this.#stopping.signal.aborted) return Promise.reject(stoppedError())
    one.asked ??= { ...Promise.withResolvers<RunRecord>(), s: this.#options.clock() }
    return one.asked.promise
  }

  /** The marks that swap in what is ready, and what to commit with them; the first of them becomes entry `entry` of the log, at `t`. */
  take(entry: number, t: number): { readonly marks: Mark[]; readonly put: readonly Put[] } {
    const ready = this.#ready
    this.#ready = []
    const put = ready.map((run, i) => this.#kept({ ...run, swapped: entry + i, swappedAt: t }))
    return { marks: ready.map(({ group, number, s }) => ({ kind: 'swap', group, run: number, s, t })), put }
  }

  /** Stops what is being made; it is begun again by the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    for (const one of this.#scheduled) one.asked?.reject(stoppedError())
    await this.#running
  }

  async #make(one: Scheduled, { s, began, asked }: { s: number; began: number; asked: Asked | undefined }): Promise<void> {
    const { store, log, onReport } = this.#options
    const { name } = one.group.group
    const number = Math.max(0, ...this.#runs.keys()) + 1
    const file = `run-${number}.bin`
    const record: RunRecord = {
      number,
      group: name,
      why: asked ? 'demand' : 'schedule',
      s,
      cut: log.end,
      code: one.code,
      began,
      state: 'running',
      file,
    }
    try {
      // Behind everything that was appended so far: once it is durable, so is the cut.
      await store.commit({ put: [...this.#brokenOff(name), this.#kept(record)] })
      const values = await this.#compute(one.group, record)
      await store.commit({
        put: [this.#kept({ ...record, ended: this.#options.clock(), state: 'done', done: values.done }), ...this.#trimmed(name)],
      })
      one.s = s
      one.failures = 0
      asked?.resolve(this.#runs.get(number)!)
      this.#options.results.give(values.values)
      this.#ready.push(this.#runs.get(number)!)
      this.onReady()
    } catch (error) {
      asked?.reject(this.#stopping.signal.aborted ? stoppedError() : error)
      if (this.#stopping.signal.aborted) return
      const { message } = error as Error
      // Whoever asked is told, and asks again.
      if (!asked) {
        one.failures++
        one.retryAt = this.#options.clock() + Math.min(limits.BATCH_RETRY_MS * 2 ** (one.failures - 1), limits.BATCH_RETRY_MS_MAX)
        onReport(`the batch run of group '${name}' of ${new Date(s).toISOString()} failed and is tried again: ${message}`)
      }
      const { file: _file, ...failed } = record
      await store
        .commit({ put: [this.#kept({ ...failed, ended: this.#options.clock(), state: 'failed', error: message })] })
        .catch(() => {})
    }
  }

  async #compute(
    { group, source }: BatchGroup,
    { number, s, cut, file }: RunRecord,
  ): Promise<{ readonly values: BatchValues; readonly done: Done }> {
    const { ir, store, strings, compute } = this.#options
    const sink = store.createState(file!)
    const parts: Uint8Array[] = []
    try {
      const done = await compute(
        { group, source, sources: ir.sources, s, cut },
        async part => {
          await sink.append(part)
          parts.push(part)
        },
        this.#stopping.signal,
      )
      await sink.finish()
      const values = new BatchValues(group, source, strings, { run: number, s, known: done.known, keys: done.keys })
      for (const part of parts) {
        for (const read of readParts(part, group, source, strings, `the result of run ${number}`)) values.add(read)
        // Some thousand keys at a time: turns go on in between.
        await othersTurn()
      }
      return { values, done }
    } catch (error) {
      await sink.discard().catch(() => {})
      throw error
    }
  }

  /** Runs that an earlier process did not end. */
  #brokenOff(group: string): Put[] {
    const left = [...this.#runs.values()].filter(run => run.group === group && run.state === 'running')
    return left.map(({ file: _file, ...run }) => this.#kept({ ...run, state: 'broken off' }))
  }

  /** Takes the oldest runs of a group from the ledger, beyond those that it keeps. */
  #trimmed(group: string): Put[] {
    const all = [...this.#runs.values()].filter(run => run.group === group)
    const gone = all.slice(0, Math.max(0, all.length - limits.BATCH_RUNS_KEPT)).filter(({ number }) => !this.#isUsed(number))
    for (const { number } of gone) this.#runs.delete(number)
    return gone.map(({ number }) => [runName(number), null])
  }

  #isUsed(number: number): boolean {
    return this.#scheduled.some(({ group }) => group.values?.run === number) || this.#ready.some(run => run.number === number)
  }

  #kept(record: RunRecord): Put {
    this.#runs.set(record.number, record)
    return [runName(record.number), runText(record)]
  }
}
