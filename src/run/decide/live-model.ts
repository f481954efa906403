/** One model of a live run: builds the group queries of its decision batches and scores them, for any trigger. */
import type { FeatureColumn } from '../../aggregate/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'
import { groupReads, readId, type GroupRead, ModelScorer, type ScoringDefinitions, type BatchScores } from '../../decision/index.ts'
import type { ColumnIR, ModelIR } from '../../define/ir/index.ts'
import { triggerColumns, triggerId, triggerKey } from '../../define/model/index.ts'
import { featureColumns } from '../../kernel/index.ts'
import { stopwatch, type StrictOmit } from '../../base/index.ts'
import type { Champion } from '../../training/registry/index.ts'
import type { DecisionTimes } from './stage-times.ts'
import type { QueryableGroup, GroupAnswers, GroupQuery } from '../groups/live-group.ts'
import type { DecisionPoints } from '../groups/segment-order.ts'

/** Visible events and as-of time of one group, by decision. */
export interface GroupReadRecord extends StrictOmit<GroupAnswers, 'out'> {
  readonly id: string
}

/** A decision batch of one model. The next batch may overwrite its columns. */
export interface LiveDecisions extends BatchScores {
  readonly model: ModelIR
  /** The promoted version that scored; absent if the score of the definition did. */
  readonly version?: number
  /** The challenger, and its scores. */
  readonly challenger?: { readonly version: number; readonly score: ColumnData }
  readonly length: number
  /** Sequence number of the entry that triggered each decision. */
  readonly entry: Float64Array
  /** UTC ms. */
  readonly t: Float64Array
  /** Partition and offset of the triggering event; undefined for ticks and requests. */
  readonly sourcePosition: Float64Array | undefined
  /** The key of the decision, the id of the triggering event, and their types. */
  readonly key: ColumnData
  readonly id: ColumnData | undefined
  readonly keyColumn: ColumnIR
  readonly idColumn: ColumnIR | undefined
  readonly reads: readonly GroupReadRecord[]
  readonly since: DecisionPoints['since']
  /** Number of strings before those of the request. Later ones may be dropped once the decisions are written. */
  readonly stringsBefore?: number | undefined
  readonly times: DecisionTimes
}

/** A group as one model reads it. */
export interface GroupReader {
  readonly read: GroupRead
  readonly id: string
  readonly group: QueryableGroup
  /** Indexes of the features that the model reads. */
  readonly features: readonly number[]
  /** Output columns for a batch of one decision; the next one overwrites them, as all columns of `LiveDecisions`. */
  readonly into: FeatureColumn[]
}

/** A model with its current champion and challenger. */
export class LiveModel {
  /** The model as defined. */
  readonly definition: ModelIR
  readonly readers: readonly GroupReader[]
  readonly #definitions: ScoringDefinitions
  readonly #strings: Strings
  /** The model with the score that decides. */
  #model: ModelIR
  #champion: Champion | undefined
  #challenger: Champion | undefined
  #scoring: ModelScorer
  #shadow: ModelScorer | undefined
  readonly #key: ColumnIR
  readonly #id: ColumnIR | undefined

  constructor(definitions: ScoringDefinitions, model: ModelIR, groups: ReadonlyMap<string, QueryableGroup>, strings: Strings) {
    const { ir } = definitions
    this.definition = this.#model = model
    this.#definitions = definitions
    this.#strings = strings
    this.readers = groupReads(ir, model).map((read): GroupReader => {
      const live = groups.get(read.group.name)!
      const features = read.group.features.map(({ name }) => live.group.features.findIndex(feature => feature.name === name))
      const id = readId({ group: read.group.name, key: read.key })
      return { read, id, group: live, features, into: featureColumns(live.group, 1, false) }
    })
    this.#scoring = this.#scoringOf(model)
    this.#key = triggerKey(ir, model)
    this.#id = triggerId(ir, model)
  }

  /** The model with the score that decides. */
  get model(): ModelIR {
    return this.#model
  }

  /** Sets the version that scores from now on; undefined for the score of the definition. Removes the challenger. */
  scoreBy(champion: Champion | undefined): void {
    this.#setScorers(champion, undefined)
  }

  /** Sets the challenger from now on. */
  challengeBy(challenger: Champion | undefined): void {
    this.#setScorers(this.#champion, challenger)
  }

  #setScorers(champion: Champion | undefined, challenger: Champion | undefined): void {
    if (champion?.version === this.#champion?.version && challenger?.version === this.#challenger?.version) return
    this.#champion = champion
    this.#challenger = challenger
    this.#model = champion || challenger ? { ...this.definition, score: champion?.score ?? this.definition.score } : this.definition
    const [scoring, shadow] = [this.#scoring, this.#shadow]
    this.#scoring = this.#scoringOf(this.#model, champion)
    scoring[Symbol.dispose]()
    shadow?.[Symbol.dispose]()
    this.#shadow = challenger && this.#scoringOf({ ...this.definition, score: challenger.score }, challenger)
  }

  /** Releases what the runtimes of the model hold. */
  close(): void {
    this.#scoring[Symbol.dispose]()
    this.#shadow?.[Symbol.dispose]()
  }

  #scoringOf(model: ModelIR, champion?: Champion): ModelScorer {
    const { ir, scores } = this.#definitions
    // An ONNX graph scores by the file of its version.
    const scoreFunctions = champion?.file ? new Map([...scores, [model.name, champion.file]]) : scores
    return new ModelScorer({ ir, scores: scoreFunctions }, model, triggerColumns(ir, model), this.#strings)
  }

  /** The query of a group for a decision batch. */
  queryOf({ read, group: live, into }: GroupReader, { length, columnOf, prefixes, t, source }: DecisionPoints): GroupQuery {
    const { source: from } = live.group
    return { keys: read.key.map(columnOf), prefix: prefixes(from), clock: t, own: source === from, ...(length === 1 && { into }) }
  }

  /** Scores one batch. `read`: when the feature queries began and ended, ms by the stopwatch. */
  decide(
    { length, entry, t, sourcePosition, since, columnOf, stringsBefore }: DecisionPoints,
    answers: ReadonlyMap<GroupReader, GroupAnswers>,
    read: StrictOmit<DecisionTimes, 'scored'>,
  ): LiveDecisions {
    const answered = this.readers.map(reader => ({ reader, answer: answers.get(reader)! }))
    const features = new Map(
      answered.map(({ reader, answer }) => [reader.id, { read: reader.read, out: reader.features.map(index => answer.out[index]) }]),
    )
    const scores = this.#scoring.score({ length, columnOf, features })
    const challenger = this.#shadow && {
      version: this.#challenger!.version,
      score: this.#shadow.score({ length, columnOf, features }).score,
    }
    return {
      ...scores,
      times: { ...read, scored: stopwatch() },
      model: this.#model,
      ...(this.#champion && { version: this.#champion.version }),
      ...(challenger && { challenger }),
      length,
      entry,
      t,
      sourcePosition,
      since,
      stringsBefore,
      key: columnOf(this.#key.name),
      id: this.#id && columnOf(this.#id.name),
      keyColumn: this.#key,
      idColumn: this.#id,
      reads: answered.map(({ reader, answer: { known, clock } }) => ({ id: reader.id, known, clock })),
    }
  }
}
