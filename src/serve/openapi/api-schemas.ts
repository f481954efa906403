/** JSON Schemas of answers that do not depend on the pipeline. */
import { effectStates } from '../../log/index.ts'
import { seriesMarkerKinds } from '../../monitor/series/index.ts'
import { lineageKinds, lineageRoles } from '../../operate/index.ts'
import { deadLetterSchemas } from './dead-letter-schemas.ts'
import { jobSchemas } from './job-schemas.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { schemaSchemas } from './schema-operations.ts'

const { count, described, each, flag, list, number, object, orNull, ref, text, utcMs, values } = schemaTerms

const ms = described(number, 'milliseconds')

const effectState = { enum: effectStates }

const utc = described(number, 'UTC milliseconds')
const stageEnds = object(each(['begun', 'features', 'scored', 'durable'], utc), each(['came', 'turn', 'appended'], utc))
const stages = object(each(['features', 'inference', 'durable'], ms), each(['waited', 'intake', 'queued'], ms))

const tracedEffect = object(
  { number: count, action: text, id: described(text, 'the idempotency key'), state: effectState, attempts: count, decidedAt: utcMs },
  {
    why: text,
    trace: described(text, 'the W3C traceparent of the request that triggered it, and its tracestate'),
    ...each(['began', 'sent', 'settled', 'due', 'next'], utcMs),
    ...each(['queueMs', 'deliveryMs', 'acknowledgementMs'], ms),
  },
)

const objective = object(
  {
    group: text,
    age: described(number, 'greatest age of the values, milliseconds'),
    share: described(number, 'the required part of fresh decisions'),
    why: text,
  },
  {
    delay: described(number, 'usual ingestion delay, milliseconds, which does not count as age'),
    recent: described(object({ until: utcMs, decisions: count, within: count }), 'of the hour up to `until`'),
  },
)

const windowRate = object({
  windowMs: ms,
  total: described(count, 'events'),
  bad: described(count, 'events that missed the objective'),
  burn: described(number, 'burn rate: 1 uses the errors that the target allows exactly'),
})
const severity = { enum: ['page', 'ticket'] }
const ruleRates = object({
  severity,
  threshold: described(number, 'the burn rate in both windows at which an alert opens'),
  short: windowRate,
  long: windowRate,
  hasEnoughEvents: described(flag, 'false: too few events in the long window for an alert by this rule'),
})
const objectiveRates = object(
  {
    cause: { enum: ['freshness', 'deadline', 'effects', 'dead-letters', 'errors'] },
    subject: object({ kind: text, name: text }),
    target: described(number, 'the required share of good events'),
    rules: described(list(ruleRates), 'the most urgent first'),
  },
  {
    age: described(number, 'greatest age of a freshness objective, milliseconds'),
    alert: { ...severity, description: 'the alert about the objective that is open; it may hold on below its threshold' },
    budgetLeft: described(number, 'share of the allowed errors of the longest window that is left; negative if overspent'),
  },
)

const requiredOfDecision: Readonly<Record<string, OpenapiSchema>> = {
  model: text,
  t: utcMs,
  key: {},
  entry: described(count, 'log entry that triggered it'),
  vector: values,
  score: orNull(number),
  read: described(values, 'by feature group: visible events and as-of time'),
}
const optionalOfDecision: Readonly<Record<string, OpenapiSchema>> = {
  id: {},
  position: object({ partition: count, offset: count }),
  version: described(count, 'version of the model that scored; absent for the score of the definition'),
  challenger: object({ version: count, score: orNull(number) }),
  explored: described(values, 'exploration: by action that was left undone on purpose, the probability of that'),
  unscored: described(text, 'why the model has no score'),
  rejected: text,
}
const inlineAnswers = described(values, 'answers by action, of those that follow from the decision')

/** Schemas by name, under `components` of the document. */
export const sharedSchemas = {
  Error: object({ code: text, message: text }),
  Receipt: object(
    {
      accepted: count,
      duplicates: count,
      rejected: described(count, 'kept as dead letters'),
      sequence: described(count, 'sequence number of the next entry of the log, after the last of them'),
    },
    {
      errors: described(list(object({ reason: text, detail: text }, { index: count, line: count })), 'the first rejected records'),
    },
  ),
  Features: object(
    {
      group: text,
      key: {},
      t: described(utcMs, 'when they were read'),
      asOf: orNull(described(utcMs, 'as-of time of the values')),
      visibleEvents: described(count, 'number of events of the source that the values include'),
      layer: described(text, 'stream, batch, or merged: the snapshot of a batch run and the delta of later events'),
      features: values,
    },
    {
      snapshot: described(
        object({ run: count, asOf: utcMs, ageMs: number }),
        'of merged layers, the run whose result is the snapshot, and its age',
      ),
      ageMs: orNull(number),
      degraded: described(text, 'why the values differ from their definition'),
      rejected: described(values, 'features without a value, each with the reason'),
    },
  ),
  FeaturesAsOf: object(
    {
      group: text,
      key: described(values, 'by column'),
      t: described(utcMs, 'the requested time'),
      asOf: orNull(described(utcMs, 'as-of time of the values under the placement')),
      visibleEvents: described(count, 'number of events of the source that the values include'),
      ofKey: described(count, 'number of events of this key up to then'),
      features: values,
    },
    { rejected: described(values, 'features without a value, each with the reason') },
  ),
  Answers: object({ answers: list(ref('Features')) }),
  Decision: object(requiredOfDecision, optionalOfDecision),
  /** A decision before the deadline of its actions, otherwise the fallback answers of the actions. */
  AskedDecision: {
    anyOf: [
      object(
        {
          ...requiredOfDecision,
          durable: described(flag, 'false: answered at the deadline, and the decision may be lost'),
        },
        { ...optionalOfDecision, answers: inlineAnswers },
      ),
      object({
        model: text,
        score: { type: 'null' },
        durable: { const: false },
        answers: inlineAnswers,
        degraded: described(text, 'why there is no decision'),
      }),
    ],
  },
  Effect: object(
    {
      number: described(count, 'number among all effects, in order of decision'),
      action: text,
      id: described(text, 'the idempotency key'),
      entry: described(count, 'log entry of the decision'),
      key: {},
      t: described(utcMs, 'time of the decision'),
      decidedAt: utcMs,
      state: effectState,
      attempts: count,
    },
    {
      due: described(utcMs, 'deadline of its acknowledgement'),
      next: described(utcMs, 'time of the next attempt'),
      why: described(text, 'why the last attempt failed, or why it was dropped'),
      began: described(utcMs, 'time of the first attempt'),
      sent: described(utcMs, 'time of the last attempt'),
      settled: utcMs,
      trace: described(text, 'the W3C traceparent of the request that triggered it, and its tracestate'),
      late: described(flag, 'of an effect with a deadline: was it acknowledged later?'),
    },
  ),
  Effects: object({
    effects: list(ref('Effect')),
    counts: described(list(object({ action: text, state: effectState, effects: count })), 'of all effects, listed or not'),
  }),
  Inline: object(
    {
      durable: described(flag, 'false: answered at the deadline, and the event may be lost; send it again'),
      decisions: list(ref('Decision')),
    },
    {
      answers: inlineAnswers,
      degraded: described(text, 'why the answers are fallbacks'),
      ...each(['accepted', 'duplicates', 'rejected', 'sequence'], count),
      repeats: described(count, 'of a duplicate: the log entry of the original; the decisions are those recorded on it'),
      undecided: described(text, 'of a duplicate: why no decision on the original is recorded'),
    },
  ),
  Decisions: object(
    { decisions: list(ref('Decision')) },
    {
      next: described(text, 'the page of older decisions is before this place; absent at the end. A page may be short and have a next'),
      lookedAt: described(count, 'decisions that were searched, or are indexed, if the search ended before the page was full'),
      lookedTo: described(utcMs, 'time of the oldest searched decision'),
    },
  ),
  Objectives: object(
    { objectives: list(objective) },
    {
      problem: described(text, 'the problem of an objectives file that cannot be used'),
      burnRates: described(list(objectiveRates), 'of all objectives as of the last sample; absent without a monitor'),
    },
  ),
  Alert: object(
    {
      id: text,
      pipeline: text,
      cause: text,
      subject: object({ kind: text, name: text }),
      severity,
      state: { enum: ['firing', 'resolved'] },
      opened: utcMs,
      summary: text,
      affected: object({ groups: list(text), models: list(text), actions: list(text) }),
      runbook: described(text, 'path of the section in the documentation'),
      command: described(text, 'the first command to run'),
      inhibited: described(list({ type: 'object' }), 'conditions that it explains'),
    },
    {
      began: described(utcMs, 'the first sign of its condition, where it is known'),
      now: described(text, 'of one that fires: the summary with the values of the last sample, if they have changed'),
      resolved: utcMs,
      acknowledged: { type: 'object' },
      silenced: { type: 'object' },
      outcome: { type: 'object' },
    },
  ),
  SeriesMarker: object({ at: utcMs, kind: { enum: seriesMarkerKinds }, text }, { name: text }),
  Series: object({
    from: described(utcMs, 'when the first point begins'),
    stepMs: described(count, 'interval of the points'),
    length: described(count, 'number of points'),
    series: list(
      object({
        name: text,
        labels: { type: 'object', additionalProperties: text },
        unit: text,
        aggregation: { enum: ['sum', 'max', 'last'] },
        values: described(list(orNull(number)), 'one for each point; null where nothing was measured'),
      }),
    ),
    markers: list(ref('SeriesMarker')),
  }),
  LineageNode: object({ kind: { enum: lineageKinds }, name: text }),
  Lineage: object({
    pipeline: text,
    nodes: list(ref('LineageNode')),
    edges: list(object({ from: ref('LineageNode'), to: ref('LineageNode'), roles: list({ enum: lineageRoles }) })),
  }),
  ...jobSchemas,
  ...deadLetterSchemas,
  ...schemaSchemas,
  RecentEvents: object(
    {
      events: list(object({ entry: count, time: utcMs, arrival: utcMs, fields: described(values, 'by column') })),
      skipped: described(count, 'further events of the source in the entries that were read'),
      unread: described(count, 'entries of the log, of any source, that were not read'),
    },
    { end: described(count, 'sequence number of the next entry of the log') },
  ),
  Traces: object({
    traces: list(
      object(
        { decision: ref('Decision'), effects: list(tracedEffect) },
        {
          on: described(values, 'the event, tick or request that triggered it'),
          moments: described(stageEnds, 'when each stage ended; absent without a sample of its stage times'),
          stages: described(stages, 'how long each stage took; absent without a sample of its stage times'),
          traceId: described(text, 'the id of the W3C trace of the request that triggered it, 32 hex digits'),
        },
      ),
    ),
  }),
} as const
