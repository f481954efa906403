/** Server-sent events out of a body that comes in pieces (WHATWG HTML §9.2.6). */
import { limits } from '../base/limits.ts'
import { ClientError } from './client-error.ts'

export interface ServerEvent {
  /** The last id that the stream gave, this event's own or an earlier one's. */
  readonly id: string
  readonly event: string
  /** Empty where only the id is new. */
  readonly data: string
  /** After how many milliseconds the stream wants to be asked for again when it breaks, if it has said so. */
  readonly retryMs: number | undefined
}

export class ServerEvents {
  #rest = ''
  #id = ''
  #isNew = false
  #retryMs: number | undefined
  #event = ''
  #data: string[] = []
  /** Of the data. */
  #chars = 0

  /** The events that end in this piece of text, in order. Throws `SPILL_LIMIT` for one that has no end. */
  take(piece: string): ServerEvent[] {
    const text = this.#rest + piece
    const events: ServerEvent[] = []
    let start = 0
    // Of a carriage return at the end it is not known yet whether it is half of a line end.
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
      this.#isNew = true
    }
    return undefined
  }

  #end(): ServerEvent | undefined {
    const event = { id: this.#id, event: this.#event, data: this.#data.join('\n'), retryMs: this.#retryMs }
    const isEvent = this.#isNew || this.#data.length > 0
    this.#isNew = false
    this.#event = ''
    this.#data = []
    this.#chars = 0
    return isEvent ? event : undefined
  }
}
