/** One model of a live run: how its decisions of a stretch are asked for and made, whatever its trigger. */
import type { FeatureColumn } from '../../aggregate/aggregate.ts'
import type { Column } from '../../columns/block.ts'
import type { Strings } from '../../columns/strings.ts'
import { groupReads, readId, type GroupRead } from '../../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../../decision/scoring.ts'
import type { ColumnIR, ModelIR } from '../../define/ir/ir.ts'
import { triggerColumns, triggerId, triggerKey } from '../../define/model/trigger-columns.ts'
import { featureColumns } from '../../kernel/output.ts'
import { stopwatch } from '../../base/clock.ts'
import type { Champion } from '../../training/registry/champion.ts'
import type { MadeAt } from './stage-times.ts'
import type { AnsweringGroup, GroupAnswers, GroupAsks } from '../groups/live-group.ts'
import type { Moments } from '../groups/segment-order.ts'

/** What each group that a model read knew, by decision. */
export interface LiveRead extends Omit<GroupAnswers, 'out'> {
  readonly id: string
}

/** Decisions of one model in a stretch. Columns may be overwritten by the next. */
export interface LiveDecisions extends Scores {
  readonly model: ModelIR
  /** The version of the model that scored, where one was promoted. */
  readonly version?: number
  /** The version that scores beside it, where one does, and what it says. */
  readonly challenger?: { readonly version: number; readonly score: Column }
  readonly length: number
  /** Sequence number of the entry that made each of them. */
  readonly entry: Float64Array
  /** UTC ms. */
  readonly t: Float64Array
  /** Partition and offset of the triggering event; a tick and a request have none. */
  readonly position: Float64Array | undefined
  /** What the decision is about, and the id of the triggering event, with what the columns are. */
  readonly key: Column
  readonly id: Column | undefined
  readonly keyColumn: ColumnIR
  readonly idColumn: ColumnIR | undefined
  readonly reads: readonly LiveRead[]
  readonly since: Moments['since']
  /** How many strings there were before those of what asked; the others may be forgotten once the decisions are written. */
  readonly stringsBefore?: number | undefined
  readonly made: MadeAt
}

/** A group as a model reads it. */
export interface Reader {
  readonly read: GroupRead
  readonly id: string
  readonly live: AnsweringGroup
  /** Which of the group's features are the read's. */
  readonly features: readonly number[]
  /** Of each stretch of one decision what was read: written over by the next, as all columns of `LiveDecisions` may be. */
  readonly into: FeatureColumn[]
}

export class LiveModel {
  /** As it is defined. */
  readonly own: ModelIR
  readonly readers: readonly Reader[]
  readonly #definitions: Definitions
  readonly #strings: Strings
  /** With the score by which it decides. */
  #model: ModelIR
  #champion: Champion | undefined
  #challenger: Champion | undefined
  #scoring: Scoring
  #shadow: Scoring | undefined
  readonly #key: ColumnIR
  readonly #id: ColumnIR | undefined

  constructor(definitions: Definitions, model: ModelIR, groups: ReadonlyMap<string, AnsweringGroup>, strings: Strings) {
    const { ir } = definitions
    this.own = this.#model = model
    this.#definitions = definitions
    this.#strings = strings
    this.readers = groupReads(ir, model).map(read => {
      const live = groups.get(read.group.name)!
      const features = read.group.features.map(({ name }) => live.group.features.findIndex(feature => feature.name === name))
      const id = readId({ group: read.group.name, key: read.key })
      return { read, id, live, features, into: featureColumns(live.group, 1, false) }
    })
    this.#scoring = this.#scoringOf(model)
    this.#key = triggerKey(ir, model)
    this.#id = triggerId(ir, model)
  }

  /** With the score by which it decides now. */
  get model(): ModelIR {
    return this.#model
  }

  /** From here on it scores by a version that was trained, by what its definition says without one, and nothing beside it. */
  scoreBy(champion: Champion | undefined): void {
    this.#score(champion, undefined)
  }

  /** From here on a version scores beside what decides, or none. */
  challengeBy(challenger: Champion | undefined): void {
    this.#score(this.#champion, challenger)
  }

  #score(champion: Champion | undefined, challenger: Champion | undefined): void {
    if (champion?.version === this.#champion?.version && challenger?.version === this.#challenger?.version) return
    this.#champion = champion
    this.#challenger = challenger
    this.#model = champion || challenger ? { ...this.own, score: champion?.score ?? this.own.score } : this.own
    this.#scoring = this.#scoringOf(this.#model, champion)
    this.#shadow = challenger && this.#scoringOf({ ...this.own, score: challenger.score }, challenger)
  }

  #scoringOf(model: ModelIR, by?: Champion): Scoring {
    const { ir, scores } = this.#definitions
    // A graph of ONNX is scored by its own file, whatever the definition has.
    const given = by?.file ? new Map([...scores, [model.name, by.file]]) : scores
    return new Scoring({ ir, scores: given }, model, triggerColumns(ir, model), this.#strings)
  }

  asksOf({ read, live, into }: Reader, { length, columnOf, prefixes, t, source }: Moments): GroupAsks {
    const { source: from } = live.group
    return { keys: read.key.map(columnOf), prefix: prefixes(from), clock: t, own: source === from, ...(length === 1 && { into }) }
  }

  /** `read`: when the features began to be read and when they were there, ms by the stopwatch. */
  decide(
    { length, entry, t, position, since, columnOf, stringsBefore }: Moments,
    answers: ReadonlyMap<Reader, GroupAnswers>,
    read: Omit<MadeAt, 'scored'>,
  ): LiveDecisions {
    const given = this.readers.map(reader => ({ reader, answer: answers.get(reader)! }))
    const features = new Map(
      given.map(({ reader, answer }) => [reader.id, { read: reader.read, out: reader.features.map(index => answer.out[index]) }]),
    )
    const scores = this.#scoring.score({ length, columnOf, features })
    const challenger = this.#shadow && {
      version: this.#challenger!.version,
      score: this.#shadow.score({ length, columnOf, features }).score,
    }
    return {
      ...scores,
      made: { ...read, scored: stopwatch() },
      model: this.#model,
      ...(this.#champion && { version: this.#champion.version }),
      ...(challenger && { challenger }),
      length,
      entry,
      t,
      position,
      since,
      stringsBefore,
      key: columnOf(this.#key.name),
      id: this.#id && columnOf(this.#id.name),
      keyColumn: this.#key,
      idColumn: this.#id,
      reads: given.map(({ reader, answer: { known, clock } }) => ({ id: reader.id, known, clock })),
    }
  }
}
