/** The laws of the runs of `prove kafka`, about their topics and data folders at the end of a case. Each fault is a sentence. */
import { IDEMPOTENCY_HEADER } from '../../../src/action/kafka-records.ts'
import { readDataFolder } from '../../../src/log/sqlite/data-folder.ts'
import { diskOf } from '../../crash/folder.ts'
import { decisionsOf, entriesOf, logOf } from '../../crash/inspect.ts'
import { type CaseTopics, missingTexts } from './case-verdict.ts'
import { paymentOf, type PaymentRow, runAccepts } from './expected-topics.ts'
import payments from './run-pipeline.ts'
import type { RunTopic } from './run-settings.ts'
import type { TopicContents } from './topic-contents.ts'

const SHOWN = 3

/**
 * Each checked event is in the log of one run once, is decided once, and has one effect and one decision in the topics under one key. A checked
 * record that the runs reject is a dead letter of one run once, and in the topic once by its key. `folders`: the data of the runs.
 */
export function runFaults(topics: Pick<CaseTopics, 'checked' | RunTopic>, folders: readonly string[]): string[] {
  const values = topics.checked.all.map(({ value }) => value)
  const ids = values.filter(runAccepts).map(idInRecord)
  const rejectedIds = values.filter(value => !runAccepts(value)).map(idInRecord)
  const runs = folders.map(readRun)
  const stored = runs.flatMap(run => run.stored)
  const effects = deliveriesOf(topics.effects, idInVector)
  const decisions = deliveriesOf(topics.decisions, idInVector)
  const deadLetters = deliveriesOf(topics.deadLetters, idInRecord)
  const occur = (place: string, found: readonly { readonly id: string }[], expected = ids): string[] =>
    occurrences(
      place,
      expected,
      found.map(({ id }) => id),
    )
  return [
    ...occurrences(
      'in the log of a run',
      ids,
      runs.flatMap(run => run.logged),
    ),
    ...occurrences(
      'decided',
      ids,
      runs.flatMap(run => run.decided),
    ),
    ...occurrences(
      'a dead letter of a run',
      rejectedIds,
      runs.flatMap(run => run.rejected),
    ),
    ...occur('an effect of the run', stored),
    ...occur('an effect in the topic, by key', effects),
    ...occur('a decision in the topic, by key', decisions),
    ...occur('a dead letter in the topic, by key', deadLetters, rejectedIds),
    ...missingTexts(
      'an effect has another key in the topic than in the run',
      effects.map(({ id, key }) => `${id} ${key}`),
      stored.map(({ id, key }) => `${id} ${key}`),
    ),
    ...repeatFaults('effect', effects),
    ...repeatFaults('decision', decisions),
    ...repeatFaults('dead letter', deadLetters),
    ...missingTexts(
      'a dead letter in the topic is not the record that was rejected',
      deadLetters.map(({ bodies }) => bodies[0]),
      values,
    ),
  ]
}

/** The records of a topic under one idempotency key. */
interface Deliveries {
  readonly key: string
  /** Of the payment. */
  readonly id: string
  readonly bodies: readonly string[]
}

function deliveriesOf(topic: TopicContents, idOf: (value: string) => string): Deliveries[] {
  const byKey = Map.groupBy(topic.all, ({ headers }) => headers[IDEMPOTENCY_HEADER])
  return Array.from(byKey, ([key, records]) => ({ key, id: idOf(records[0].value), bodies: records.map(({ value }) => value) }))
}

/** Deliveries under one key that have different bodies. */
const repeatFaults = (kind: string, deliveries: readonly Deliveries[]): string[] =>
  deliveries.filter(({ bodies }) => new Set(bodies).size > 1).map(({ key }) => `the deliveries of ${kind} ${key} differ`)

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
      stored: [...reader.effects.newestFirst()].map(({ id, body }) => ({ key: id, id: idInVector(body) })),
      rejected: Array.from(reader.deadLetters.dead(), ({ raw }) => idInRecord(String(raw))),
    }
  } finally {
    reader.close()
  }
}

/** Of the body of an effect or a decision. */
const idInVector = (body: string): string => (JSON.parse(body) as { readonly vector: { readonly id: string } }).vector.id

/** Of a checked record; of anything else all of it. */
const idInRecord = (value: string): string => paymentOf(value)?.id ?? value

/** Ids that do not occur once. */
function occurrences(place: string, ids: readonly string[], found: readonly string[]): string[] {
  const counts = new Map(ids.map(id => [id, 0]))
  for (const id of found) counts.set(id, (counts.get(id) ?? -Infinity) + 1)
  const wrong = [...counts].filter(([, count]) => count !== 1)
  return wrong
    .slice(0, SHOWN)
    .map(
      ([id, count]) =>
        `event ${id} is ${place} ${count < 0 ? 'but not among the checked records for it' : `${count} times`} (${wrong.length} such events)`,
    )
}
