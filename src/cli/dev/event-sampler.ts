/** Sends sample events of a pipeline's sources to the run that listens at an address, one of each source at a time. */
import { wallClock } from '../../base/clock.ts'
import type { PipelineIR } from '../../define/ir/ir.ts'
import { hasSamples, SampleEvents } from './sample-events.ts'

const ANSWER_MS = 10_000

export class Sampler {
  readonly #url: string
  readonly #sources: readonly { readonly name: string; readonly schema: string; readonly events: SampleEvents }[]
  readonly #say: (text: string) => void
  #isSending = false
  #hasFailed = false

  /** Of a source that is as it was, the events go on behind those that one before has sent. */
  constructor({ sources }: Pick<PipelineIR, 'sources'>, url: string, say: (text: string) => void, before?: Sampler) {
    this.#url = url
    this.#say = say
    const earlier = before ? before.#sources : []
    this.#sources = sources.filter(hasSamples).map(source => {
      const schema = JSON.stringify(source)
      return earlier.find(other => other.schema === schema) ?? { name: source.name, schema, events: new SampleEvents(source) }
    })
  }

  get names(): string[] {
    return this.#sources.map(({ name }) => name)
  }

  /** Unless the last ones are still under way, or one was not taken: then it says why, and sends no more. */
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
      this.#say(`  no more sample events: one of '${source}' was answered with ${response.status}, ${text}`)
    } catch {
      // It is being stopped, or another takes its place.
    }
  }
}
