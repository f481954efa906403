/** Collects the logged decision requests, for a replay. */
import type { Strings } from '../../columns/strings.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { RequestReader } from '../../intake/request-reader.ts'
import type { Mark } from '../../log/segment.ts'
import type { Requests } from '../../replay/log.ts'

interface Asked {
  readonly reader: RequestReader
  readonly t: number[]
  /** Number of events before each request, by source. */
  readonly known: ReadonlyMap<string, number[]>
}

/** The requests of all models. */
export class StoredRequests {
  readonly #asked: ReadonlyMap<string, Asked>

  constructor({ models, sources }: PipelineIR, strings: Strings) {
    this.#asked = new Map(
      models.flatMap(({ name, decide }): [string, Asked][] =>
        decide.kind === 'request'
          ? [[name, { reader: RequestReader.ofStored(decide, strings), t: [], known: new Map(sources.map(source => [source.name, []])) }]]
          : [],
      ),
    )
  }

  /** Adds a marker if it is a valid request of one of these models. `countOf`: number of events of a source before it. */
  take(mark: Mark, countOf: (source: string) => number): void {
    const asked = mark.kind === 'request' ? this.#asked.get(mark.model) : undefined
    if (!asked || mark.kind !== 'request' || asked.reader.take(mark.fields)) return
    asked.t.push(mark.t)
    for (const [source, counts] of asked.known) counts.push(countOf(source))
  }

  requests(): ReadonlyMap<string, Requests> {
    return new Map(
      [...this.#asked].map(([model, { reader, t, known }]): [string, Requests] => [
        model,
        { t: Float64Array.from(t), prefixes: source => Int32Array.from(known.get(source)!), columns: reader.columns() },
      ]),
    )
  }
}
