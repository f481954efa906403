/** Reads a topic through a driver, and checks of each answer the properties that the port promises of all. */
import assert from 'node:assert/strict'
import {
  type FetchedRecords,
  type FetchOptions,
  type KafkaDriver,
  KafkaError,
  type KafkaErrorKind,
  type TopicFetch,
} from '../../src/kafka/port/driver.ts'
import { headersOf } from '../../src/kafka/records/record-set.ts'

/** A record as a driver reads it. */
export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly key: string | undefined
  readonly value: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** The next place of a partition, and the assignment for which it is read. */
interface ReaderPlace {
  readonly assignment: number
  readonly offset: number
  readonly epoch: number
}

export class ContractReader {
  readonly #fetch: TopicFetch
  readonly #assignments = new Set<number>()
  readonly #places = new Map<number, ReaderPlace>()
  /** `end` of the last answer. */
  end = -1

  constructor(driver: KafkaDriver, topic: string, options: Partial<FetchOptions> = {}) {
    this.#fetch = driver.fetch(topic, { isCommittedOnly: true, maxBytes: 1 << 20, ...options })
  }

  /** Returns itself. */
  assign(partition: number, offset = 0, epoch = -1): this {
    const assignment = this.#fetch.assign(partition, { offset, epoch })
    assert.ok(!this.#assignments.has(assignment), `assignment ${assignment} has the number of an earlier one`)
    this.#assignments.add(assignment)
    this.#places.set(partition, { assignment, offset, epoch })
    return this
  }

  revoke(partition: number): void {
    this.#fetch.revoke(partition)
    this.#places.delete(partition)
  }

  /** The place behind the records of a partition that were read. */
  place(partition: number): ReaderPlace {
    return this.#places.get(partition)!
  }

  /** The records of the next answer; undefined after `close`. */
  async next(): Promise<readonly ReadRecord[] | undefined> {
    const fetched = await this.#fetch.next()
    if (!fetched) return undefined
    const { partition, assignment, from, next, end, epoch, damaged, records } = fetched
    const place = this.#places.get(partition)
    assert.ok(place, `partition ${partition} is read, and is not assigned`)
    assert.deepEqual({ assignment, from }, { assignment: place.assignment, from: place.offset })
    assert.ok(next > from, `an answer from ${from} continues at ${next}`)
    let last = from - 1
    for (const offset of records.offsets) {
      assert.ok(offset > last && offset < next && offset < end, `offset ${offset} after ${last}, before ${next}, and below ${end}`)
      last = offset
    }
    assert.deepEqual(damaged, [])
    this.#places.set(partition, { assignment, offset: next, epoch })
    this.end = end
    return recordsOf(fetched)
  }

  /** Reads so many records, and no answer more. */
  async read(count: number): Promise<ReadRecord[]> {
    const all: ReadRecord[] = []
    while (all.length < count) {
      const records = await this.next()
      assert.ok(records, 'the fetch is closed')
      all.push(...records)
    }
    assert.equal(all.length, count)
    return all
  }

  async values(count: number): Promise<(string | undefined)[]> {
    return (await this.read(count)).map(({ value }) => value)
  }

  close(): Promise<void> {
    return this.#fetch.close()
  }
}

function recordsOf({ partition, records }: FetchedRecords): readonly ReadRecord[] {
  const { bytes, keys, values } = records
  const text = (ranges: Int32Array, i: number) => (ranges[2 * i] < 0 ? undefined : bytes.toString('utf8', ranges[2 * i], ranges[2 * i + 1]))
  return Array.from({ length: records.count }, (_, i) => ({
    partition,
    offset: records.offsets[i],
    timestamp: records.timestamps[i],
    key: text(keys, i),
    value: text(values, i),
    headers: Object.fromEntries(headersOf(records, i).map(({ name, value }) => [name, String(value)])),
  }))
}

/** Fails unless a call rejects with a `KafkaError` of one of the kinds. Returns it. */
export async function rejectsAs(call: Promise<unknown>, ...kinds: readonly KafkaErrorKind[]): Promise<KafkaError> {
  const error: unknown = await call.then(
    result => assert.fail(`${JSON.stringify(result)}, and no error: ${kinds.join()}`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof KafkaError)) throw error
  assert.ok(kinds.includes(error.kind), `'${error.kind}' instead of '${kinds.join()}': ${error.message}`)
  return error
}
