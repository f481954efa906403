/**
 * Model of the log's store: the durable state is a list of commits, and a crash may come at any step.
 *
 * Commits become durable in order, some of those that wait at a time, when the test says so (`sync`). A crash keeps what was synced and, as
 * a disk may, any number of the unacknowledged commits after it.
 */
import { assert } from '../../src/base/errors.ts'
import { SpillwayError } from '../../src/base/errors.ts'
import type { EffectLog } from '../../src/log/effects.ts'
import { changedDeadLetter, type DeadLetterLog, type SettledDeadLetter, type StoredDeadLetter } from '../../src/log/dead-letters.ts'
import type {
  Commit,
  LogStore,
  StateSink,
  StoredDecisionBatch,
  StoredSchema,
  StoredSegment,
  StoredStageTimes,
} from '../../src/log/store.ts'
import { growingEffects, ModelEffects } from './model-effects.ts'

interface WaitingCommit {
  readonly commit: Commit
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** The part that survives a crash. */
export interface Disk {
  readonly commits: Commit[]
  readonly states?: Map<string, Uint8Array>
}

export class ModelStore implements LogStore {
  readonly disk: Disk & { readonly states: Map<string, Uint8Array> }
  readonly #waiting: WaitingCommit[] = []
  #failure: Error | undefined
  /** Make each commit durable at once. */
  #auto: boolean

  constructor(disk: Disk = { commits: [] }, auto = false) {
    this.disk = { states: new Map(), ...disk }
    this.#auto = auto
  }

  get waiting(): number {
    return this.#waiting.length
  }

  commit(commit: Commit): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure)
    assert(!commit.decisions?.some(({ count }) => count === 0), 'a stretch of decisions has some')
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject })
      if (this.#auto) this.sync(1)
    })
  }

  /** From now on commits wait until they are synced. */
  hold(): void {
    this.#auto = false
  }

  /** From now on every commit is durable at once; so are those that wait. */
  keepUp(): void {
    this.#auto = true
    this.sync(this.#waiting.length)
  }

  /** Makes waiting commits durable, and from now on every commit at once. */
  release(): void {
    this.#auto = true
    this.sync(this.#waiting.length)
  }

  /** Makes the first `count` waiting commits durable. */
  sync(count: number): void {
    for (const { commit, resolve, reject } of this.#waiting.splice(0, count)) {
      this.disk.commits.push(commit)
      try {
        // Checks that the dead letters and effects that it changes exist.
        if (commit.deadLetterChanges?.length) void this.letters
        if (commit.effectChanges?.length) void new ModelEffects(this.disk.commits)
        resolve()
      } catch (error) {
        this.disk.commits.pop()
        reject(error as Error)
        return this.#failWith(error as Error)
      }
    }
  }

  /** Fails every waiting commit and every later one: a full disk. */
  fail(): void {
    this.#failWith(new SpillwayError('SPILL_STORE', 'the disk is full'))
  }

  #failWith(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }

  /** Ends this process: the first `durable` waiting commits are on the disk although nobody was notified. Returns the disk. */
  crash(durable: number): Disk {
    const commits = [...this.disk.commits, ...this.#waiting.slice(0, durable).map(({ commit }) => commit)]
    return { commits, states: new Map(this.disk.states) }
  }

  get effects(): EffectLog {
    return growingEffects(() => this.disk.commits)
  }

  get deadLetters(): DeadLetterLog {
    return {
      dead: () => this.dead,
      settled: () => this.letters.filter(letter => 'outcome' in letter),
      byId: id => this.letters.find(letter => letter.id === id),
    }
  }

  segmentAt(sequence: number): StoredSegment | undefined {
    return this.segments.find(({ first, entries }) => first + entries > sequence)
  }

  lastSegment(): StoredSegment | undefined {
    return this.segments.at(-1)
  }

  decisionsAt(entry: number): StoredDecisionBatch[] {
    const holds = ({ first, entries }: StoredSegment) => first <= entry && entry < first + entries
    return this.segments.some(holds) ? this.decisions.filter(({ first, last }) => first <= entry && entry <= last) : []
  }

  decisionsFrom(model: string, entry: number): StoredDecisionBatch[] {
    const begin = this.#begin
    return this.decisions.filter(one => one.model === model && one.first >= entry && one.last >= begin)
  }

  /** Every segment that ever existed. */
  get allSegments(): StoredSegment[] {
    return this.disk.commits.flatMap(({ segment }) => segment ?? [])
  }

  schemas(): StoredSchema[] {
    const schemas = this.disk.commits.flatMap(commit => commit.schemas ?? [])
    return schemas.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.version - b.version))
  }

  lastStageBlock(): number {
    return this.newestStages()[0]?.number ?? 0
  }

  stagesAt(entry: number): StoredStageTimes[] {
    return this.newestStages().filter(({ first, last }) => first <= entry && entry <= last)
  }

  newestStages(): StoredStageTimes[] {
    const blocks = new Map(this.disk.commits.flatMap(({ stages }) => (stages ? [[stages.number, stages]] : [])))
    return [...blocks.values()].filter(({ last }) => last >= this.#begin).sort((a, b) => b.number - a.number)
  }

  get(name: string): string | undefined {
    return this.#values().get(name)
  }

  named(prefix: string): [name: string, value: string][] {
    return [...this.#values()].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
  }

  createState(name: string): StateSink {
    const stretches: Uint8Array[] = []
    return {
      append: bytes => Promise.resolve(void stretches.push(bytes.slice())),
      finish: () => Promise.resolve(void this.disk.states.set(name, new Uint8Array(Buffer.concat(stretches)))),
      discard: () => Promise.resolve(),
    }
  }

  readState(name: string): Uint8Array | undefined {
    return this.disk.states.get(name)
  }

  retainStates(names: ReadonlySet<string>): void {
    for (const name of this.disk.states.keys()) if (!names.has(name)) this.disk.states.delete(name)
  }

  close(): Promise<void> {
    this.sync(this.#waiting.length)
    this.#failWith(new SpillwayError('SPILL_STORE', 'was closed'))
    return Promise.resolve()
  }

  get segments(): StoredSegment[] {
    const begin = this.#begin
    return this.allSegments.filter(({ first }) => first >= begin)
  }

  /** The entry before which everything was removed. */
  get #begin(): number {
    return this.disk.commits.reduce((begin, { forget = 0 }) => Math.max(begin, forget), 0)
  }

  get decisions(): StoredDecisionBatch[] {
    return this.disk.commits.flatMap(({ decisions = [] }) => decisions)
  }

  /** Every dead letter that ever existed, in its current state; settled ones have an outcome. */
  get letters(): (StoredDeadLetter | SettledDeadLetter)[] {
    const letters = new Map<number, StoredDeadLetter | SettledDeadLetter>()
    for (const { deadLetterChanges: changes = [], deadLetters: dead = [] } of this.disk.commits) {
      for (const change of changes) letters.set(change.id, changedDeadLetter(letters.get(change.id), change))
      for (const letter of dead) letters.set(letters.size + 1, { ...letter, id: letters.size + 1, attempts: 0, original: undefined })
    }
    return [...letters.values()]
  }

  get dead(): StoredDeadLetter[] {
    return this.letters.filter(letter => !('outcome' in letter))
  }

  #values(): Map<string, string> {
    const values = new Map<string, string>()
    for (const { put = [] } of this.disk.commits)
      for (const [name, value] of put) {
        if (value === null) values.delete(name)
        else values.set(name, value)
      }
    return values
  }
}
