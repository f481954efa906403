/** Stores that each break the log's contract in one way, to show that the crash proof detects it. */
import { Strings } from '../../src/columns/strings.ts'
import { POSITION_PREFIX } from '../../src/log/named-values.ts'
import { readSegment, SegmentWriter } from '../../src/log/segment.ts'
import type { Commit, StoredSegment } from '../../src/log/store.ts'
import type { MakeStore } from './model-run.ts'
import { ModelStore, type Disk } from './model-store.ts'

type Put = NonNullable<Commit['put']>

/** Acknowledges commits before they are durable. */
class Hasty extends ModelStore {
  override commit(commit: Commit): Promise<void> {
    ignored(super.commit(commit))
    return Promise.resolve()
  }
}

/** Keeps the last waiting commits instead of the first. */
class ReorderingStore extends ModelStore {
  override crash(durable: number): Disk {
    const all = super.crash(this.waiting).commits
    const waiting = all.slice(this.disk.commits.length)
    return { commits: [...this.disk.commits, ...waiting.slice(Math.max(0, waiting.length - durable))] }
  }
}

/** Splits one commit into two. */
class SplittingStore extends ModelStore {
  readonly #isFirst: (name: string) => boolean
  readonly #segmentFirst: boolean

  /** The first has the named values selected by `isFirst`, with or without the segment and its dead letters. */
  constructor(disk: Disk, isFirst: (name: string) => boolean, segmentFirst: boolean) {
    super(disk)
    this.#isFirst = isFirst
    this.#segmentFirst = segmentFirst
  }

  override commit({ segment, decisions = [], deadLetters: dead = [], schemas = [], put = [] }: Commit): Promise<void> {
    const named = (isFirst: boolean): Put => put.filter(([name]) => this.#isFirst(name) === isFirst)
    const log = { ...(segment && { segment }), deadLetters: dead }
    ignored(super.commit({ schemas, put: named(true), ...(this.#segmentFirst && log) }))
    return super.commit({ decisions, put: named(false), ...(!this.#segmentFirst && log) })
  }
}

/** Makes effects durable after their decisions. */
class Apart extends ModelStore {
  override commit({ effects = [], ...commit }: Commit): Promise<void> {
    const decided = super.commit(commit)
    if (effects.length === 0) return decided
    ignored(decided)
    return super.commit({ effects })
  }
}

/** Returns segments without the hashes of their append ids, so that a recovery remembers none. */
class Forgetful extends ModelStore {
  override segmentAt(sequence: number): StoredSegment | undefined {
    const stored = super.segmentAt(sequence)
    if (!stored) return undefined
    const strings = new Strings()
    const schemas = this.schemas()
    const columnsOf = (source: string, version: number) =>
      schemas.find(schema => schema.source === source && schema.version === version)!.columns
    const context = { columnsOf, stringsOf: () => strings }
    const segment = readSegment(stored.bytes, context)
    const sources = segment.sources.map(({ ids: _ids, ...rows }) => rows)
    return { ...stored, bytes: new SegmentWriter(context).write({ ...segment, sources }) }
  }
}

/** Loses dead letters. */
class Careless extends ModelStore {
  override commit({ deadLetters: _dead, ...commit }: Commit): Promise<void> {
    return super.commit(commit)
  }
}

/** Loses the time up to which the log is stamped. */
class Timeless extends ModelStore {
  override lastSegment(): StoredSegment | undefined {
    const last = super.lastSegment()
    return last && { ...last, arrival: Math.floor(last.arrival / 2) }
  }
}

const ignored = (promise: Promise<void>): void => void promise.catch(() => {})

const isCursor = (name: string): boolean => name.startsWith(POSITION_PREFIX)

export const faults: Readonly<Record<string, MakeStore>> = {
  'a commit is acknowledged before it is durable': disk => new Hasty(disk),
  'a later commit survives without an earlier one': disk => new ReorderingStore(disk),
  'how far it decided stands before the decisions': disk => new SplittingStore(disk, name => name === 'decided', true),
  'a cursor stands before its segment': disk => new SplittingStore(disk, isCursor, false),
  'a segment stands before its cursor': disk => new SplittingStore(disk, name => !isCursor(name), true),
  'effects stand behind the commit of their decisions': disk => new Apart(disk),
  'a recovery forgets the ids': disk => new Forgetful(disk),
  'dead letters are dropped': disk => new Careless(disk),
  'arrivals begin anew after a restart': disk => new Timeless(disk),
}
