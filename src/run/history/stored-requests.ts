/** Collects the logged decision requests, for a replay. */
import type { Strings } from '../../columns/index.ts'
import type { PipelineIR } from '../../define/ir/index.ts'
import { RequestReader } from '../../intake/index.ts'
import type { LogMarker } from '../../log/index.ts'
import type { Requests } from '../../replay/index.ts'

interface ModelRequests {
  readonly reader: RequestReader
  readonly t: number[]
  /** Number of events before each request, by source. */
  readonly eventsBefore: ReadonlyMap<string, number[]>
}

export class StoredRequests {
  readonly #requests: ReadonlyMap<string, ModelRequests>

  constructor({ models, sources }: PipelineIR, strings: Strings) {
    this.#requests = new Map(
      models.flatMap(({ name, decide }): [string, ModelRequests][] =>
        decide.kind === 'request'
          ? [
              [
                name,
                {
                  reader: RequestReader.forStored(decide, strings),
                  t: [],
                  eventsBefore: new Map(sources.map(source => [source.name, []])),
                },
              ],
            ]
          : [],
      ),
    )
  }

  /** Adds a marker if it is a valid request of one of these models. `countOf`: number of events of a source before it. */
  add(marker: LogMarker, countOf: (source: string) => number): void {
    const requests = marker.kind === 'request' ? this.#requests.get(marker.model) : undefined
    if (!requests || marker.kind !== 'request' || requests.reader.readFields(marker.fields)) return
    requests.t.push(marker.t)
    for (const [source, counts] of requests.eventsBefore) counts.push(countOf(source))
  }

  requests(): ReadonlyMap<string, Requests> {
    return new Map(
      [...this.#requests].map(([model, { reader, t, eventsBefore }]): [string, Requests] => [
        model,
        { t: Float64Array.from(t), prefixes: source => Int32Array.from(eventsBefore.get(source)!), columns: reader.columns() },
      ]),
    )
  }
}
