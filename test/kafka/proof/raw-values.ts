/** Values of raw records, drawn for a case. */
import { javaPartition } from '../../../src/kafka/java-partition.ts'
import type { Draw } from '../../property/generate/draw.ts'
import { RUN_AMOUNT_MAX } from './run-settings.ts'

const CARDS = 40
/** The time of all events, UTC ms. */
const AT = 1_767_600_000_000
/** Difference of the amount of a conflict, and of an event that the runs reject. */
const [CONFLICT, LARGE] = [1_000_000, RUN_AMOUNT_MAX]

const rubbish = [
  'no json',
  '',
  '{',
  '"text"',
  '7',
  '{"id":"x"}',
  '\u0000\u0001\u0002',
  '{"id":"x","card":"c","amount":"many","at":0}',
] as const

/** The values of raw records: events, some of which only the runs reject, duplicates, conflicts, keys of another partition, and what is no event. */
export class RawValues {
  readonly #draw: Draw
  readonly #partitions: number
  readonly #events: string[][]
  #count = 0

  constructor(draw: Draw, partitions: number) {
    this.#draw = draw
    this.#partitions = partitions
    this.#events = Array.from({ length: partitions }, () => [])
  }

  next(partition: number): string {
    const draw = this.#draw
    const events = this.#events[partition]
    const kind = draw.weighted([
      [40, 'event'],
      [events.length > 0 ? 4 : 0, 'duplicate'],
      [events.length > 0 ? 2 : 0, 'conflict'],
      [this.#partitions > 1 ? 1 : 0, 'stray'],
      [3, 'rubbish'],
      [1, 'negative'],
      [2, 'large'],
    ] as const)
    switch (kind) {
      case 'duplicate':
        return draw.pick(events)
      case 'conflict': {
        const event = JSON.parse(draw.pick(events)) as { readonly amount: number }
        return JSON.stringify({ ...event, amount: event.amount + CONFLICT })
      }
      case 'rubbish':
        return draw.pick(rubbish)
      case 'stray':
        return this.#eventText(1 - partition)
      case 'negative':
        return this.#eventText(partition).replace('"amount":', '"amount":-')
      case 'event':
      case 'large': {
        const text = this.#eventText(partition, kind === 'large' ? LARGE : 0)
        events.push(text)
        return text
      }
    }
  }

  #eventText(partition: number, extra = 0): string {
    const number = ++this.#count
    const card = this.#draw.pick(cardsOf(partition, this.#partitions))
    return JSON.stringify({ id: `p${number}`, card, amount: number + extra, at: AT })
  }
}

/** Keys that Java's partitioner puts into a partition. */
function cardsOf(partition: number, partitions: number): string[] {
  return Array.from({ length: CARDS }, (_, i) => `c${i}`).filter(card => javaPartition(Buffer.from(card), partitions) === partition)
}
