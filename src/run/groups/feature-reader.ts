/**
 * Features of keys as they are now, read beside the decisions of a run from the same state.
 *
 * A read moves the clock of the key that it reads, and nothing may be asked below it later. So a read is made at a clock that no decision to come is below:
 * now, if nothing waits to be decided and no tick is due, otherwise where the decisions are; and what is appended later is stamped at that clock at least.
 */
import type { FeatureColumn } from '../../aggregate/aggregate.ts'
import { SpillwayError } from '../../base/errors.ts'
import { didYouMean } from '../../base/did-you-mean.ts'
import type { Column } from '../../columns/block.ts'
import type { Strings } from '../../columns/strings.ts'
import { featureValues, type FeatureValue } from '../../decision/feature-value.ts'
import type { GroupIR, PipelineIR, SourceIR } from '../../define/ir/ir.ts'
import { featureColumns } from '../../kernel/output.ts'
import { keyReader } from './key-text.ts'
import { BatchGroup } from './batch-group.ts'
import { HybridGroup } from './hybrid-group.ts'
import type { AnsweringGroup, GroupAnswers } from './live-group.ts'

export interface LiveAsk {
  readonly group: string
  /** A text for each key column. */
  readonly key: readonly string[]
}

/** What the features of a key are of (semantics §8). */
export interface LiveMoment {
  readonly group: string
  readonly key: Readonly<Record<string, string>>
  /** The moment asked for, UTC ms. */
  readonly t: number
  /** The clock that the values are of, by the group's placement; NULL before the first run of a schedule. */
  readonly clock: number | null
  /** How many events of the group's source are known there: the first so many of the log. */
  readonly known: number
  /** Which layer gave the values: the events themselves, the result of a batch run, or that and the events behind its cut. */
  readonly layer: 'stream' | 'batch' | 'merged'
  /** Of merged layers: the run whose result is the body, of which time that is, UTC ms, and how far it is behind the moment asked for. */
  readonly body?: { readonly run: number; readonly s: number; readonly ageMs: number }
  /** How far the clock is behind the moment asked for; NULL with it. */
  readonly ageMs: number | null
  /** Why the values are older than the group's placement says, or a layer of theirs is. */
  readonly degraded?: string
}

export interface LiveFeatures extends LiveMoment {
  readonly features: Readonly<Record<string, FeatureValue>>
}

/** The features of a key as the kernel gives them: good only while one looks at them, for the next are written over them. */
export interface LiveRow {
  readonly of: LiveMoment
  readonly group: GroupIR
  /** One a feature. */
  readonly columns: readonly FeatureColumn[]
  readonly row: number
  readonly strings: Strings
}

const featuresOf = ({ of, group, columns, row, strings }: LiveRow): LiveFeatures => ({
  ...of,
  features: featureValues(group.features, columns, row, strings),
})

export interface ReadingOptions {
  readonly ir: PipelineIR
  readonly strings: Strings
  readonly groups: readonly AnsweringGroup[]
  /** The wall clock, or above it the last arrival, UTC ms. */
  readonly now: () => number
  /** When the next tick is, UTC ms: it may be due. */
  readonly nextTick: () => number
  /** The clock of the last decision, UTC ms, if anything waits to be decided. */
  readonly behind: () => number | undefined
}

/** A group that is read. */
interface Read {
  readonly live: AnsweringGroup
  /** Reads the text of each key column. */
  readonly parts: readonly ((text: string) => number)[]
  readonly isText: readonly boolean[]
  /** Of one row. */
  readonly into: FeatureColumn[]
}

export class Reading {
  readonly #options: ReadingOptions
  readonly #reads: ReadonlyMap<string, Read>
  #at = -Infinity

  constructor(options: ReadingOptions) {
    const { ir, groups, strings } = options
    this.#options = options
    this.#reads = new Map(
      groups.map(live => {
        const source = ir.sources.find(({ name }) => name === live.group.source)!
        return [live.group.name, readOf(live, source, strings)]
      }),
    )
  }

  /** What is appended from now on is stamped at least this, UTC ms. */
  get at(): number {
    return this.#at
  }

  /** After a restart: state was saved that had been read up to here. */
  wasAt(at: number): void {
    this.#at = Math.max(this.#at, at)
  }

  /**
   * An answer an ask, which `make` makes at once, all of one moment and one prefix of the log. Throws `SPILL_INPUT` for a group that there is not, and for a key that is none of
   * its column's type.
   */
  features<T = LiveFeatures>(asks: readonly LiveAsk[], make: (row: LiveRow) => T = featuresOf as (row: LiveRow) => T): T[] {
    const wanted = asks.map(ask => this.#checked(ask))
    const now = Math.max(this.#options.now(), this.#at)
    const behind = this.#options.behind()
    // What waits was appended behind every read, so that it is not below those.
    const clock = behind === undefined ? Math.min(now, this.#options.nextTick()) : Math.max(behind, this.#at)
    this.#at = clock
    const answers = new Map<Read, { readonly answers: GroupAnswers; next: number }>()
    for (const read of new Set(wanted.map(({ read }) => read)))
      answers.set(read, {
        answers: ask(
          read,
          wanted.filter(one => one.read === read).map(({ values }) => values),
          clock,
        ),
        next: 0,
      })
    const { strings } = this.#options
    return wanted.map(({ read, key }) => {
      const of = answers.get(read)!
      const row = of.next++
      const { group } = read.live
      return make({
        of: momentOf(read.live, key, of.answers, row, now, behind !== undefined),
        group,
        columns: of.answers.out,
        row,
        strings,
      })
    })
  }

  #checked({ group, key }: LiveAsk): { read: Read; key: readonly string[]; values: number[] } {
    const read = this.#reads.get(group)
    if (!read) throw new SpillwayError('SPILL_INPUT', `there is no group '${group}'${didYouMean(group, [...this.#reads.keys()])}`)
    const { parts, live } = read
    if (key.length !== parts.length) throw new SpillwayError('SPILL_INPUT', `group '${group}' is keyed by ${live.group.key.join(', ')}`)
    return { read, key, values: parts.map((valueOf, i) => valueOf(key[i])) }
  }
}

function readOf(live: AnsweringGroup, { columns }: SourceIR, strings: Strings): Read {
  const { group } = live
  const keys = group.key.map(name => columns.find(column => column.name === name)!)
  return {
    live,
    // A text that no event has had is no key's: −1, and is not kept.
    parts: keys.map(column => keyReader(column, text => strings.find(text))),
    isText: keys.map(({ type }) => type === 'string'),
    into: featureColumns(group, 1, false),
  }
}

function ask({ live, isText, into }: Read, keys: readonly (readonly number[])[], t: number): GroupAnswers {
  const asked = isText.map((text, part): Column => {
    const values = keys.map(key => key[part])
    return text
      ? { values: Int32Array.from(values), nulls: Uint8Array.from(values, id => (id < 0 ? 1 : 0)) }
      : { values: Float64Array.from(values) }
  })
  const { length } = keys
  const asks = {
    keys: asked,
    prefix: new Int32Array(length),
    clock: new Float64Array(length).fill(t),
    own: false,
    ...(length === 1 && { into }),
  }
  const [answers] = live.take(undefined, [asks], t)
  return answers
}

function momentOf(
  live: AnsweringGroup,
  key: readonly string[],
  { known, clock }: GroupAnswers,
  row: number,
  t: number,
  isBehind: boolean,
): LiveMoment {
  const { group } = live
  const missing = live instanceof BatchGroup ? live.missingAt(t) : undefined
  const late = live instanceof HybridGroup ? live.degradedAt(t) : undefined
  const body = live instanceof HybridGroup ? live.body : undefined
  const at = Number.isFinite(clock[row]) ? clock[row] : null
  return {
    group: group.name,
    key: Object.fromEntries(group.key.map((name, i) => [name, key[i]])),
    t,
    clock: at,
    known: known[row],
    layer: live instanceof BatchGroup ? 'batch' : body ? 'merged' : 'stream',
    ...(body && { body: { run: body.run, s: body.s, ageMs: t - body.s } }),
    ageMs: at === null ? null : t - at,
    ...(missing !== undefined && { degraded: `the batch run of ${new Date(missing).toISOString()} is not there yet` }),
    ...(late !== undefined && { degraded: late }),
    ...(isBehind && { degraded: 'decisions of that moment are being made' }),
  }
}
