/** Calls to a run in the same process, with the types of the client and without HTTP. */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Decision, KeyFeatures, RefusedEvent, Sent } from '../client/answers.ts'
import { requireValues } from '../client/feature-values.ts'
import { keyTexts, type KeyOf } from '../client/named.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/features.ts'
import type { ColumnSpecs, RecordOf } from '../define/expression/kinds.ts'
import type { Model, VectorOf } from '../define/model/model.ts'
import type { RecordFor, Source } from '../define/source/source.ts'
import { recordBatchOf } from '../intake/record-batch.ts'
import type { ServedFeatures } from '../run/groups/feature-reader.ts'
import type { Run } from '../run/loop/run.ts'
import { lookupByName } from '../serve/http/named-definition.ts'

/** `app.spillway`: the run of the plugin, in the same process. */
export interface Embedded {
  /** The run itself. */
  readonly run: Run
  /**
   * Sends records to a source. Resolves when all of them are durable or rejected. Waits for room if too many records wait.
   *
   * @throws `SPILL_NOT_FOUND` for an unknown source, `SPILL_INPUT` for records that are no array, `SPILL_STOPPED` after the server closed.
   */
  submit<S extends Source>(source: S, records: readonly RecordFor<S>[]): Promise<Sent>
  /**
   * Reads the features of a key now.
   *
   * @throws The code of a feature without a value, unless `refused` is true.
   */
  features<E extends Entities, F, R extends boolean = false>(
    group: Group<E, F>,
    key: KeyOf<E>,
    options?: { readonly refused?: R },
  ): KeyFeatures<R extends true ? Partial<FeaturesOf<Group<E, F>>> : FeaturesOf<Group<E, F>>>
  /** Requests a decision of a model. Resolves when the decision is durable. */
  request<I, C extends ColumnSpecs>(model: Model<I, C>, fields: RecordOf<C>): Promise<Decision<VectorOf<Model<I>>>>
}

/** The calls of a run. `assertRunning` throws after the run was stopped. */
export function createEmbedded(run: Run, ir: PipelineIR, assertRunning: () => void): Embedded {
  const sourceNamed = lookupByName('source', ir.sources)
  return {
    run,
    async submit({ name }, records) {
      const source = sourceNamed(name)
      if (!Array.isArray(records)) throw new SpillwayError('SPILL_INPUT', `records for '${name}' are an array: write [record] for one`)
      const sent = { accepted: 0, duplicates: 0, refused: 0, position: run.end, refusals: [] as RefusedEvent[] }
      for (let from = 0; from < records.length; from += limits.TURN_RECORDS) {
        assertRunning()
        await run.whenRoom()
        const refusals: RefusedEvent[] = []
        const batch = recordBatchOf(records.slice(from, from + limits.TURN_RECORDS))
        const { accepted, duplicates, refused, sequence } = await run.submit(source.name, {
          ...batch,
          onRefused: ({ reason, detail, place }) => refusals.push({ index: from + numberIn(place) - 1, reason, detail }),
        })
        sent.accepted += accepted
        sent.duplicates += duplicates
        sent.refused += refused
        sent.position = sequence
        sent.refusals.push(...refusals)
      }
      return sent
    },
    features({ name }, key, { refused } = {}) {
      assertRunning()
      const [row] = run.features([{ group: name, key: keyTexts(key) }])
      const answer = answerOf(row)
      return (refused ? answer : requireValues(answer)) as never
    },
    async request({ name }, fields) {
      assertRunning()
      return (await run.request(name, fields)) as never
    },
  }
}

/** The number of a record, from 1, which `batchOf` puts at the end of its place. */
const numberIn = (place: string): number => Number(/\d+$/.exec(place)?.[0])

/** The answer of a server for the same row: values, and rejected features apart. */
function answerOf({ features, ...rest }: ServedFeatures): KeyFeatures<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const refused: NonNullable<KeyFeatures<Record<string, unknown>>['refused']> = {}
  for (const [name, feature] of Object.entries(features))
    if ('value' in feature) values[name] = feature.value
    else Object.assign(refused, { [name]: feature.refused })
  return { ...rest, features: values, ...(Object.keys(refused).length > 0 && { refused }) }
}
