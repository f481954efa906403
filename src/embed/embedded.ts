/** A run in the server's own process, asked with the words of a client and no HTTP between. */
import { SpillwayError } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Decision, KeyFeatures, RefusedEvent, Sent } from '../client/answers.ts'
import { checkValues } from '../client/feature-values.ts'
import { keyTexts, type KeyOf } from '../client/named.ts'
import type { PipelineIR } from '../define/ir/ir.ts'
import type { Entities, FeaturesOf, Group } from '../define/feature/features.ts'
import type { Columns, RecordOf } from '../define/expression/kinds.ts'
import type { Model, VectorOf } from '../define/model/model.ts'
import type { RecordFor, Source } from '../define/source/source.ts'
import { batchOf } from '../intake/batch.ts'
import type { LiveFeatures } from '../run/groups/feature-reader.ts'
import type { Run } from '../run/loop/run.ts'
import { finder } from '../serve/http/named-definition.ts'

/** What `app.spillway` is. */
export interface Embedded {
  readonly run: Run
  /** Gives records to a source; resolves when all of them are durable or refused. Waits where too much waits already. */
  submit<S extends Source>(source: S, records: readonly RecordFor<S>[]): Promise<Sent>
  /** The features of a key, now. Throws the code of a feature that has no value, unless `refused` allows it. */
  features<E extends Entities, F, R extends boolean = false>(
    group: Group<E, F>,
    key: KeyOf<E>,
    options?: { readonly refused?: R },
  ): KeyFeatures<R extends true ? Partial<FeaturesOf<Group<E, F>>> : FeaturesOf<Group<E, F>>>
  /** Asks a model that decides on request; resolves with its decision when that is durable. */
  request<I, C extends Columns>(model: Model<I, C>, fields: RecordOf<C>): Promise<Decision<VectorOf<Model<I>>>>
}

/** `checkRuns` throws once nothing may be asked any more. */
export function embedded(run: Run, ir: PipelineIR, checkRuns: () => void): Embedded {
  const sourceNamed = finder('source', ir.sources)
  return {
    run,
    async submit({ name }, records) {
      const source = sourceNamed(name)
      if (!Array.isArray(records)) throw new SpillwayError('SPILL_INPUT', `records for '${name}' are an array: write [record] for one`)
      const sent = { accepted: 0, duplicates: 0, refused: 0, position: run.end, refusals: [] as RefusedEvent[] }
      for (let from = 0; from < records.length; from += limits.TURN_RECORDS) {
        checkRuns()
        await run.room()
        const refusals: RefusedEvent[] = []
        const batch = batchOf(records.slice(from, from + limits.TURN_RECORDS))
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
      checkRuns()
      const [found] = run.features([{ group: name, key: keyTexts(key) }])
      const answer = answerOf(found)
      return (refused ? answer : checkValues(answer)) as never
    },
    async request({ name }, fields) {
      checkRuns()
      return (await run.request(name, fields)) as never
    },
  }
}

/** Places of records at hand end in their number, from 1 (`batchOf`). */
const numberIn = (place: string): number => Number(/\d+$/.exec(place)?.[0])

/** As the server writes it: values, and apart from them what is refused. */
function answerOf({ features, ...rest }: LiveFeatures): KeyFeatures<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  const refused: NonNullable<KeyFeatures<Record<string, unknown>>['refused']> = {}
  for (const [name, feature] of Object.entries(features))
    if ('value' in feature) values[name] = feature.value
    else Object.assign(refused, { [name]: feature.refused })
  return { ...rest, features: values, ...(Object.keys(refused).length > 0 && { refused }) }
}
