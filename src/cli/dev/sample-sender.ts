/** Sends sample events of a pipeline's sources over HTTP to the run of `spillway dev`, one event per source at a time. */
import { wallClock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { hasSamples, SampleEvents } from './sample-events.ts'

const ANSWER_MS = 10_000

/** Sends sample events of all sources that can have them. */
export class SampleSender {
  readonly #url: string
  readonly #sources: readonly { readonly name: string; readonly schema: string; readonly events: SampleEvents }[]
  readonly #say: (text: string) => void
  #isSending = false
  #hasFailed = false

  /** The events of an unchanged source continue after those of the previous sampler `before`. */
  constructor({ sources }: Pick<PipelineIR, 'sources'>, url: string, say: (text: string) => void, before?: SampleSender) {
    this.#url = url
    this.#say = say
    const earlier = before ? before.#sources : []
    this.#sources = sources.filter(hasSamples).map(source => {
      const schema = JSON.stringify(source)
      return earlier.find(other => other.schema === schema) ?? { name: source.name, schema, events: new SampleEvents(source) }
    })
  }

  /** The sources with sample events. */
  get names(): string[] {
    return this.#sources.map(({ name }) => name)
  }

  /** Sends one event per source, unless the last call is still sending. After a rejected event it prints the reason and sends no more. */
  async send(): Promise<void> {
    if (this.#isSending || this.#hasFailed) return
    this.#isSending = true
    for (const { name, events } of this.#sources) await this.#post(name, events.next(wallClock()))
    this.#isSending = false
  }

  async #post(source: string, event: object): Promise<void> {
    const headers = { 'content-type': 'application/json' }
    const request = { method: 'POST', headers, body: JSON.stringify(event), signal: AbortSignal.timeout(ANSWER_MS) }
    try {
      const response = await fetch(`${this.#url}/sources/${source}/events`, request)
      const text = await response.text()
      if (response.ok || response.status === 429 || response.status === 503) return
      this.#hasFailed = true
      this.#say(`  no more sample events: one for '${source}' got status ${response.status}, ${text}`)
    } catch {
      // The run is stopping, or a new version takes over.
    }
  }
}
