/** Models of a live run: query their feature groups for decision batches, and score them, for any trigger. */
import type { FeatureColumn } from '../../aggregate/index.ts'
import type { ColumnData, Strings } from '../../columns/index.ts'
import { groupReads, readId, type GroupRead, ModelScorer, type ScoringDefinitions, type BatchScores } from '../../decision/index.ts'
import type { ColumnIR, ModelIR } from '../../define/ir/index.ts'
import { triggerColumns, triggerId, triggerKey } from '../../define/model/index.ts'
import { featureColumns } from '../../kernel/index.ts'
import { stopwatch, type StrictOmit } from '../../base/index.ts'
import type { Champion } from '../../training/registry/index.ts'
import type { DecisionTimes } from './stage-times.ts'
import type { QueryableGroup, GroupAnswers, GroupQuery, SourceEvents } from '../groups/live-group.ts'
import type { DecisionPoints } from './decision-points.ts'

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

/** A model, and the decisions that it is to make. */
export interface DueDecisions {
  readonly model: LiveModel
  readonly points: DecisionPoints
}

/**
 * Makes the decisions of models: applies the events of each group, answers the queries of all models that read it at once, and scores. `now`:
 * lower bound of the times of later queries, UTC ms.
 */
export function decideAll(
  due: readonly DueDecisions[],
  groups: Iterable<QueryableGroup>,
  eventsOf: (source: string) => SourceEvents | undefined,
  now: number,
): LiveDecisions[] {
  const begun = stopwatch()
  const answers = new Map<GroupReader, GroupAnswers>()
  for (const group of groups) {
    const readers = due.flatMap(({ model, points }) =>
      model.readers.filter(reader => reader.group === group).map(reader => ({ reader, query: queryOf(reader, points) })),
    )
    const queries = readers.map(({ query }) => query)
    const results = group.applyAndQuery(eventsOf(group.source.name), queries, now)
    readers.forEach(({ reader }, i) => answers.set(reader, results[i]))
  }
  const times = { begun, features: stopwatch() }
  return due.map(({ model, points }) => model.decide(points, answers, times))
}

/** The query of a group for a decision batch. */
function queryOf({ read, group, into }: GroupReader, { length, columnOf, prefixes, t: times, source }: DecisionPoints): GroupQuery {
  const { name } = group.source
  return { keys: read.key.map(columnOf), prefix: prefixes(name), times, own: source === name, ...(length === 1 && { into }) }
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
  #scorer: ModelScorer
  #challengerScorer: ModelScorer | undefined
  readonly #key: ColumnIR
  readonly #id: ColumnIR | undefined

  constructor(definitions: ScoringDefinitions, model: ModelIR, groups: ReadonlyMap<string, QueryableGroup>, strings: Strings) {
    const { ir } = definitions
    this.definition = this.#model = model
    this.#definitions = definitions
    this.#strings = strings
    this.readers = groupReads(ir, model).map((read): GroupReader => {
      const group = groups.get(read.group.name)!
      const features = read.group.features.map(({ name }) => group.group.features.findIndex(feature => feature.name === name))
      const id = readId({ group: read.group.name, key: read.key })
      return { read, id, group, features, into: featureColumns(group.group, 1, false) }
    })
    this.#scorer = this.#scorerOf(model)
    this.#key = triggerKey(ir, model)
    this.#id = triggerId(ir, model)
  }

  /** Sets the version that scores from now on, undefined for the score of the definition; and the challenger, if there is one. */
  scoreBy(champion: Champion | undefined, challenger?: Champion): void {
    if (champion?.version === this.#champion?.version && challenger?.version === this.#challenger?.version) return
    this.#champion = champion
    this.#challenger = challenger
    // An object for each pair of versions: `DecisionWriter` writes both with its shape.
    this.#model = champion || challenger ? { ...this.definition, score: champion?.score ?? this.definition.score } : this.definition
    const before = [this.#scorer, this.#challengerScorer]
    this.#scorer = this.#scorerOf(this.#model, champion)
    this.#challengerScorer = challenger && this.#scorerOf({ ...this.definition, score: challenger.score }, challenger)
    for (const scorer of before) scorer?.[Symbol.dispose]()
  }

  /** Sets the challenger from now on. */
  challengeBy(challenger: Champion | undefined): void {
    this.scoreBy(this.#champion, challenger)
  }

  /** Releases what the runtimes of the model hold. */
  close(): void {
    this.#scorer[Symbol.dispose]()
    this.#challengerScorer?.[Symbol.dispose]()
  }

  #scorerOf(model: ModelIR, champion?: Champion): ModelScorer {
    const { ir, scores } = this.#definitions
    // An ONNX graph scores by the file of its version.
    const scoreFunctions = champion?.file ? new Map([...scores, [model.name, champion.file]]) : scores
    return new ModelScorer({ ir, scores: scoreFunctions }, model, triggerColumns(ir, model), this.#strings)
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
    const scores = this.#scorer.score({ length, columnOf, features })
    const challenger = this.#challengerScorer && {
      version: this.#challenger!.version,
      score: this.#challengerScorer.score({ length, columnOf, features }).score,
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
      reads: answered.map(({ reader, answer: { visibleCount, asOf } }) => ({ id: reader.id, visibleCount, asOf })),
    }
  }
}
