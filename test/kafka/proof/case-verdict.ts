/** The laws of the gate of `prove kafka`, about the topics that a case has left behind. Each fault is a sentence. */
import { isDeepStrictEqual } from 'node:util'
import { expectedPartition, type GateOutcome } from './expected-topics.ts'
import type { AcknowledgedRecord } from './gate-client.ts'
import type { TopicContents, ObservedRecord } from './topic-contents.ts'

const RAW_OFFSET_HEADER = 'spillway-raw-offset'
const RAW_ROW_HEADER = 'spillway-raw-row'
const INGESTED_HEADER = 'spillway-ingested'
const SHOWN = 3

/** The topics of a case, each as its readers see it. */
export interface CaseTopics {
  readonly raw: TopicContents
  readonly checked: TopicContents
  readonly rejected: TopicContents
  readonly effects: TopicContents
  readonly decisions: TopicContents
  /** Checked records that a run rejected. */
  readonly deadLetters: TopicContents
  /** As a reader sees them that ignores transactions. */
  readonly uncommitted: { readonly checked: TopicContents; readonly rejected: TopicContents }
}

const rawOffsetOf = ({ headers }: ObservedRecord): number => Number(headers[RAW_OFFSET_HEADER] ?? NaN)

function gateOutcomes(records: readonly ObservedRecord[]): GateOutcome[] {
  return records.map(record => ({ rawOffset: rawOffsetOf(record), value: record.value }))
}

/** Leaves out what has no greater raw offset, or row of it, than before, as the page of the gate says. */
function firstOutcomes(records: readonly ObservedRecord[]): GateOutcome[] {
  let [lastOffset, lastRow] = [-1, -1]
  const first = records.filter(record => {
    const [offset, row] = [rawOffsetOf(record), Number(record.headers[RAW_ROW_HEADER] ?? NaN)]
    const isNew = offset > lastOffset || (offset === lastOffset && row > lastRow)
    if (isNew) [lastOffset, lastRow] = [offset, row]
    return isNew
  })
  return gateOutcomes(first)
}

/** Every raw record is decided once, in its order, for both kinds of readers. `acknowledged`: raw values, by partition. */
export function gateFaults(topics: CaseTopics, acknowledged: readonly (readonly string[])[]): string[] {
  const { raw, checked, rejected, uncommitted } = topics
  return raw.records.flatMap((records, partition) => {
    const expected = expectedPartition(records, partition, raw.records.length)
    const at = `partition ${partition}`
    return [
      ...missingTexts(
        `${at}: an acknowledged raw record is not in the topic`,
        acknowledged[partition],
        records.map(({ value }) => value),
      ),
      ...differences(`${at} of the checked topic`, expected.checked, gateOutcomes(checked.records[partition])),
      ...differences(`${at} of the rejected topic`, expected.rejected, gateOutcomes(rejected.records[partition])),
      ...differences(
        `${at} of the checked topic without transactions`,
        expected.checked,
        firstOutcomes(uncommitted.checked.records[partition]),
      ),
      ...differences(
        `${at} of the rejected topic without transactions`,
        expected.rejected,
        firstOutcomes(uncommitted.rejected.records[partition]),
      ),
      ...stampFaults(at, [...checked.records[partition], ...rejected.records[partition]]),
    ]
  })
}

/** Each event that the gate has acknowledged over HTTP is once in the checked topic, and each record that it has rejected in the other. */
export function intakeFaults(
  { checked, rejected }: Pick<CaseTopics, 'checked' | 'rejected'>,
  all: readonly AcknowledgedRecord[],
): string[] {
  const counts = new Map<string, number>()
  for (const { value } of checked.all) counts.set(value, (counts.get(value) ?? 0) + 1)
  const values = new Set(rejected.all.map(({ value }) => value))
  return all
    .flatMap(({ value, isRejected }) => {
      if (isRejected)
        return values.has(value) ? [] : [`a record that the gate has rejected over HTTP is not in the rejected topic: ${value}`]
      const count = counts.get(value) ?? 0
      return count === 1 ? [] : [`an event that the gate has acknowledged over HTTP is ${count} times in the checked topic: ${value}`]
    })
    .slice(0, SHOWN)
}

/** Records that are wrong whatever follows. The raw topic was read last. */
export function earlyFaults({ raw, checked, rejected }: CaseTopics): string[] {
  return raw.records.flatMap((records, partition) => {
    const expected = expectedPartition(records, partition, raw.records.length)
    const wrong = (['checked', 'rejected'] as const).flatMap(name => {
      const found = gateOutcomes({ checked, rejected }[name].records[partition])
      return differences(`partition ${partition} of the ${name} topic`, expected[name].slice(0, found.length), found)
    })
    return [...wrong, ...stampFaults(`partition ${partition}`, [...checked.records[partition], ...rejected.records[partition]])]
  })
}

function differences(place: string, expected: readonly GateOutcome[], found: readonly GateOutcome[]): string[] {
  if (isDeepStrictEqual(expected, found)) return []
  const first = expected.findIndex((outcome, i) => !isDeepStrictEqual(outcome, found[i]))
  const at = first < 0 ? expected.length : first
  const texts = [expected[at], found[at]].map(outcome => JSON.stringify(outcome) ?? 'nothing')
  return [`${place} has ${found.length} records for ${expected.length}: at ${at} stands ${texts[1]} and not ${texts[0]}`]
}

/** Each record has the time at which the gate has decided it, which never falls from one raw record to the next. */
function stampFaults(place: string, records: readonly ObservedRecord[]): string[] {
  let last = -Infinity
  return records
    .toSorted((a, b) => rawOffsetOf(a) - rawOffsetOf(b))
    .flatMap(record => {
      const text = record.headers[INGESTED_HEADER]
      const at = `the record of raw offset ${rawOffsetOf(record)} of ${place}`
      const before = last
      if (text === undefined || !/^\d+$/.test(text)) return [`${at} has no time in ${INGESTED_HEADER}: ${text}`]
      last = Number(text)
      if (last !== record.timestamp) return [`${at} has the time ${record.timestamp} and was decided at ${text}`]
      return last < before ? [`${at} was decided at ${text}, and an earlier one at ${before}`] : []
    })
    .slice(0, SHOWN)
}

/** Texts of `some` that are not in `all`, with their multiplicity. */
export function missingTexts(problem: string, some: readonly string[], all: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of all) counts.set(text, (counts.get(text) ?? 0) + 1)
  return some
    .filter(text => {
      const count = counts.get(text) ?? 0
      counts.set(text, count - 1)
      return count <= 0
    })
    .slice(0, SHOWN)
    .map(text => `${problem}: ${text}`)
}
