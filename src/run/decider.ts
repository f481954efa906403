/**
 * The models of a run over the log: takes it stretch by stretch, in its total order, and gives the decisions that each stretch makes.
 *
 * What it gives is a function of the log alone, so that taking the same log again, cut into any stretches, gives the same decisions. Groups that
 * several models read are one state.
 */
import type { Block, Column } from '../columns/block.ts'
import type { Strings } from '../columns/strings.ts'
import { groupReads, readId, type GroupRead } from '../decision/reads.ts'
import { Scoring, type Definitions, type Scores } from '../decision/scoring.ts'
import type { GroupIR, ModelIR, SourceIR } from '../define/ir.ts'
import type { Segment } from '../log/segment.ts'
import { LiveGroup, type GroupAnswers, type GroupAsks } from './live-group.ts'
import { OrderOf } from './order-of.ts'

/** What each group that a model read knew, by decision. */
export interface LiveRead extends Omit<GroupAnswers, 'out'> {
  readonly id: string
}

/** Decisions of one model in a stretch. Columns may be overwritten by the next. */
export interface LiveDecisions extends Scores {
  readonly model: ModelIR
  readonly length: number
  /** Sequence number of the entry that made each of them. */
  readonly entry: Float64Array
  /** UTC ms. */
  readonly t: Float64Array
  /** Partition and offset of the triggering event. */
  readonly position: Float64Array
  readonly key: Column
  readonly id: Column | undefined
  readonly reads: readonly LiveRead[]
}

interface Reader {
  readonly read: GroupRead
  readonly id: string
  readonly live: LiveGroup
  /** Which of the group's features are the read's. */
  readonly features: readonly number[]
}

interface LiveModel {
  readonly model: ModelIR
  readonly source: SourceIR
  readonly scoring: Scoring
  readonly readers: readonly Reader[]
}

export class Decider {
  readonly #groups: ReadonlyMap<string, LiveGroup>
  readonly #models: readonly LiveModel[]

  constructor(definitions: Definitions, strings: Strings) {
    const { ir } = definitions
    const sourceOf = (name: string) => ir.sources.find(source => source.name === name)!
    this.#groups = new Map(ir.groups.map(group => [group.name, new LiveGroup(group, sourceOf(group.source), strings)]))
    this.#models = ir.models.map(model => {
      const source = sourceOf(model.decide.source)
      const readers = groupReads(ir, model).map(read =>
        this.#reader(
          read,
          ir.groups.find(({ name }) => name === read.group.name)!,
        ),
      )
      return { model, source, scoring: new Scoring(definitions, model, source.columns, strings), readers }
    })
  }

  /** A group's state, to read it. */
  group(name: string): LiveGroup | undefined {
    return this.#groups.get(name)
  }

  /** Decisions of every model that the segment's entries make. */
  take(segment: Segment): LiveDecisions[] {
    const order = new OrderOf(segment)
    const now = order.lastArrival
    const deciding = this.#models.filter(({ source }) => order.blockOf(source.name) !== undefined)
    const answers = new Map<Reader, GroupAnswers>()
    for (const live of this.#groups.values()) {
      const readers = deciding.flatMap(model => model.readers.filter(reader => reader.live === live).map(reader => ({ model, reader })))
      const asks = readers.map(({ model, reader }) => asksOf(model, reader, order))
      const given = live.take(order.blockOf(live.group.source), asks, now)
      readers.forEach(({ reader }, i) => answers.set(reader, given[i]))
    }
    return deciding.map(model => decisionsOf(model, answers, order))
  }

  #reader(read: GroupRead, group: GroupIR): Reader {
    const features = read.group.features.map(({ name }) => group.features.findIndex(feature => feature.name === name))
    return { read, id: readId({ group: group.name, key: read.key }), live: this.#groups.get(group.name)!, features }
  }
}

function asksOf({ source }: LiveModel, { read, live }: Reader, order: OrderOf): GroupAsks {
  const block = order.blockOf(source.name)!
  return {
    keys: read.key.map(name => block.columns[name]),
    prefix: order.prefixes(live.group.source, source.name),
    clock: block.arrival,
    own: live.group.source === source.name,
  }
}

function decisionsOf(
  { model, source, scoring, readers }: LiveModel,
  answers: ReadonlyMap<Reader, GroupAnswers>,
  order: OrderOf,
): LiveDecisions {
  const block: Block = order.blockOf(source.name)!
  const { length } = block
  const columnOf = (name: string) => block.columns[name]
  const given = readers.map(reader => ({ reader, answer: answers.get(reader)! }))
  const features = new Map(
    given.map(({ reader, answer }) => [reader.id, { read: reader.read, out: reader.features.map(index => answer.out[index]) }]),
  )
  return {
    ...scoring.score({ length, columnOf, features }),
    model,
    length,
    entry: order.entries(source.name),
    t: block.arrival,
    position: block.position,
    key: columnOf(source.key),
    id: source.id === undefined ? undefined : columnOf(source.id),
    reads: given.map(({ reader, answer: { known, clock } }) => ({ id: reader.id, known, clock })),
  }
}
