/** The laws of `prove kafka`, about the topics and the data folder that a case has left behind. Each fault is a sentence. */
import { isDeepStrictEqual } from 'node:util'
import { IDEMPOTENCY_HEADER } from '../../../src/action/kafka-records.ts'
import { readDataFolder } from '../../../src/log/sqlite/data-folder.ts'
import { diskOf } from '../../crash/folder.ts'
import { decisionsOf, entriesOf, logOf } from '../../crash/inspect.ts'
import { expectedPartition, type GateOutcome, paymentOf, type PaymentRow } from './expected-topics.ts'
import payments from './pipeline.ts'
import type { TopicContents, ObservedRecord } from './topic-contents.ts'

const RAW_OFFSET_HEADER = 'spillway-raw-offset'
const SHOWN = 3

/** The topics of a case, each as its readers see it. */
export interface CaseTopics {
  readonly raw: TopicContents
  readonly checked: TopicContents
  readonly rejected: TopicContents
  readonly effects: TopicContents
  /** As a reader sees them that ignores transactions. */
  readonly uncommitted: { readonly checked: TopicContents; readonly rejected: TopicContents }
}

export function gateOutcomes(records: readonly ObservedRecord[]): GateOutcome[] {
  return records.map(({ value, headers }) => ({ rawOffset: Number(headers[RAW_OFFSET_HEADER] ?? NaN), value }))
}

/** Leaves out what has no greater raw offset than before, as the page of the gate says. */
function firstOutcomes(records: readonly ObservedRecord[]): GateOutcome[] {
  let last = -1
  return gateOutcomes(records).filter(({ rawOffset }) => {
    const isNew = rawOffset > last
    if (isNew) last = rawOffset
    return isNew
  })
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
    ]
  })
}

/** Records that are wrong whatever follows. The raw topic was read last. */
export function earlyFaults({ raw, checked, rejected }: CaseTopics): string[] {
  return raw.records.flatMap((records, partition) => {
    const expected = expectedPartition(records, partition, raw.records.length)
    return (['checked', 'rejected'] as const).flatMap(name => {
      const found = gateOutcomes({ checked, rejected }[name].records[partition])
      return differences(`partition ${partition} of the ${name} topic`, expected[name].slice(0, found.length), found)
    })
  })
}

function differences(place: string, expected: readonly GateOutcome[], found: readonly GateOutcome[]): string[] {
  if (isDeepStrictEqual(expected, found)) return []
  const first = expected.findIndex((outcome, i) => !isDeepStrictEqual(outcome, found[i]))
  const at = first < 0 ? expected.length : first
  const texts = [expected[at], found[at]].map(outcome => JSON.stringify(outcome) ?? 'nothing')
  return [`${place} has ${found.length} records for ${expected.length}: at ${at} stands ${texts[1]} and not ${texts[0]}`]
}

/** Texts of `some` that are not in `all`, with their multiplicity. */
function missingTexts(problem: string, some: readonly string[], all: readonly string[]): string[] {
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

/** Each checked event is in the log of one run once, is decided once, and has one effect under one key. `folders`: the data of the runs. */
export function runFaults({ checked, effects }: Pick<CaseTopics, 'checked' | 'effects'>, folders: readonly string[]): string[] {
  const events = checked.all.flatMap(({ value }) => paymentOf(value) ?? [])
  const ids = events.map(({ id }) => id)
  const runs = folders.map(readRun)
  const logged = runs.flatMap(run => run.logged)
  const decided = runs.flatMap(run => run.decided)
  const stored = runs.flatMap(run => run.stored)
  const deadLetters = runs.reduce((sum, run) => sum + run.deadLetters, 0)
  const deliveries = Map.groupBy(effects.all, ({ headers }) => headers[IDEMPOTENCY_HEADER])
  const delivered = Array.from(deliveries, ([key, records]) => ({
    key,
    id: idInEffect(records[0].value),
    bodies: records.map(({ value }) => value),
  }))
  return [
    ...occurrences('in the log of a run', ids, logged),
    ...occurrences('decided', ids, decided),
    ...occurrences(
      'an effect of the run',
      ids,
      stored.map(({ id }) => id),
    ),
    ...occurrences(
      'an effect in the topic, by key',
      ids,
      delivered.map(({ id }) => id),
    ),
    ...missingTexts(
      'an effect has another key in the topic than in the run',
      delivered.map(({ id, key }) => `${id} ${key}`),
      stored.map(({ id, key }) => `${id} ${key}`),
    ),
    ...delivered.filter(({ bodies }) => new Set(bodies).size > 1).map(({ key }) => `the deliveries of effect ${key} differ`),
    ...(deadLetters > 0 ? [`the run has ${deadLetters} dead letters of checked records`] : []),
  ]
}

function readRun(data: string) {
  const reader = readDataFolder(data)
  try {
    const disk = diskOf(reader)
    const { segments, strings } = logOf(payments.ir, disk)
    const rows = entriesOf(payments.ir, segments, strings).flatMap(entry =>
      'event' in entry ? [entry.event.row as unknown as PaymentRow] : [],
    )
    return {
      logged: rows.map(({ id }) => id),
      decided: decisionsOf(disk).map(({ vector }) => (vector as { readonly id: string }).id),
      stored: [...reader.effects.newestFirst()].map(({ id, body }) => ({ key: id, id: idInEffect(body) })),
      deadLetters: [...reader.deadLetters.dead()].length,
    }
  } finally {
    reader.close()
  }
}

const idInEffect = (body: string): string => (JSON.parse(body) as { readonly vector: { readonly id: string } }).vector.id

/** Ids that do not occur once. */
function occurrences(place: string, ids: readonly string[], found: readonly string[]): string[] {
  const counts = new Map(ids.map(id => [id, 0]))
  for (const id of found) counts.set(id, (counts.get(id) ?? -Infinity) + 1)
  const wrong = [...counts].filter(([, count]) => count !== 1)
  return wrong
    .slice(0, SHOWN)
    .map(
      ([id, count]) => `event ${id} is ${place} ${count < 0 ? 'and in no checked record' : `${count} times`} (${wrong.length} such events)`,
    )
}
