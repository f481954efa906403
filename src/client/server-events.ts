/** Parses server-sent events from a body that comes in chunks (WHATWG HTML, section 9.2.6). */
import { limits } from '../base/index.ts'
import { ClientError } from './client-error.ts'

/** One event of a stream. */
export interface ServerEvent {
  /** The last id of the stream: of this event, or of an earlier one. */
  readonly id: string
  readonly event: string
  /** Empty for an event with an id alone. */
  readonly data: string
  /** Milliseconds to wait before a reconnect, if the stream has set them. */
  readonly retryMs: number | undefined
}

/** The parser of one stream. */
export class ServerEventParser {
  #rest = ''
  #id = ''
  #hasNewId = false
  #retryMs: number | undefined
  #event = ''
  #data: string[] = []
  /** Characters of the data. */
  #chars = 0

  /** The events that end in this chunk, in order. Throws `SPILL_LIMIT` for an event that is too long. */
  parse(chunk: string): ServerEvent[] {
    const text = this.#rest + chunk
    const events: ServerEvent[] = []
    let start = 0
    // A carriage return at the end of the chunk may be the first half of a CR LF.
    for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r(?!$)/g)) {
      const event = this.#line(text.slice(start, index))
      if (event) events.push(event)
      start = index + end.length
    }
    this.#rest = text.slice(start)
    if (this.#rest.length + this.#chars > limits.CLIENT_EVENT_CHARS_MAX)
      throw new ClientError('SPILL_LIMIT', `an event of more than ${limits.CLIENT_EVENT_CHARS_MAX} characters (CLIENT_EVENT_CHARS_MAX)`)
    return events
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#end()
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') {
      this.#data.push(value)
      this.#chars += value.length
    } else if (field === 'event') this.#event = value
    else if (field === 'retry' && /^\d{1,9}$/.test(value)) this.#retryMs = Number(value)
    else if (field === 'id') {
      this.#id = value
      this.#hasNewId = true
    }
    return undefined
  }

  #end(): ServerEvent | undefined {
    const event = { id: this.#id, event: this.#event, data: this.#data.join('\n'), retryMs: this.#retryMs }
    const isEvent = this.#hasNewId || this.#data.length > 0
    this.#hasNewId = false
    this.#event = ''
    this.#data = []
    this.#chars = 0
    return isEvent ? event : undefined
  }
}
