/** JSON Schemas of answers that do not depend on the pipeline. */
import { rejectionReasons } from '../../intake/index.ts'
import { effectStates } from '../../log/index.ts'
import { lineageKinds, lineageRoles } from '../../operate/index.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'

const { count, described, list, object, orNull, ref, text, utcMs, values } = schemaTerms

const number = { type: 'number' } as const
const flag = { type: 'boolean' } as const
const ms = described(number, 'milliseconds')
const each = (names: readonly string[], schema: OpenapiSchema): Readonly<Record<string, OpenapiSchema>> =>
  Object.fromEntries(names.map(name => [name, schema]))

const effectState = { enum: effectStates }
const jobState = { enum: ['running', 'done', 'failed', 'broken off'] }
const jobCause = { enum: ['schedule', 'demand'] }
const entriesRead = described(count, 'log entries that it read')

const utc = described(number, 'UTC milliseconds')
const stageEnds = object(each(['begun', 'features', 'scored', 'durable'], utc), each(['came', 'turn', 'appended'], utc))
const stages = object(each(['features', 'inference', 'durable'], ms), each(['waited', 'taken', 'queued'], ms))

const tracedEffect = object(
  { number: count, action: text, id: described(text, 'the idempotency key'), state: effectState, attempts: count, made: utcMs },
  {
    why: text,
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
      clock: orNull(described(utcMs, 'as-of time of the values')),
      known: described(count, 'visible events of the source'),
      layer: described(text, 'stream, batch, or merged: the snapshot of a batch run and the delta of later events'),
      features: values,
    },
    {
      snapshot: described(
        object({ run: count, s: utcMs, ageMs: number }),
        'of merged layers, the run whose result is the snapshot, and its age',
      ),
      ageMs: orNull(number),
      degraded: described(text, 'why the values differ from their definition'),
      rejected: described(values, 'features without a value, each with the reason'),
    },
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
      made: utcMs,
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
    { lookedAt: described(count, 'decisions that were searched, or are indexed; there may be older ones') },
  ),
  Run: object(
    {
      number: count,
      group: text,
      why: jobCause,
      s: described(utcMs, 'as-of time'),
      cut: entriesRead,
      code: described(text, "hash of the group's definition"),
      schema: described(count, "the version of the columns of the group's source"),
      began: utcMs,
      state: jobState,
    },
    {
      ended: utcMs,
      resumed: described(count, 'processes that resumed it'),
      error: text,
      done: object({
        ...each(['partitions', 'known', 'read', 'keys', 'bytes'], count),
        hash: text,
        seconds: number,
        memory: described(count, 'greatest memory of its threads, in bytes'),
      }),
      swapped: described(count, 'log entry from which its result is in use'),
      swappedAt: utcMs,
    },
  ),
  Runs: object({ runs: list(ref('Run')) }),
  Objectives: object(
    { objectives: list(objective) },
    { problem: described(text, 'the problem of an objectives file that cannot be used') },
  ),
  LineageNode: object({ kind: { enum: lineageKinds }, name: text }),
  Lineage: object({
    pipeline: text,
    nodes: list(ref('LineageNode')),
    edges: list(object({ from: ref('LineageNode'), to: ref('LineageNode'), roles: list({ enum: lineageRoles }) })),
  }),
  Reconciliation: object(
    { number: count, began: utcMs, state: jobState },
    {
      ended: utcMs,
      error: text,
      done: { type: 'object', description: 'compared values, mismatches by cause, and where the next one begins' },
      report: { type: ['object', 'null'], description: 'as spillway reconcile --json prints it' },
    },
  ),
  Reconciliations: object({ reconciliations: list(ref('Reconciliation')) }),
  Version: object(
    {
      model: text,
      number: count,
      state: { enum: ['training', 'candidate', 'rejected', 'challenger', 'champion', 'retired', 'failed', 'broken off'] },
      why: { enum: ['schedule', 'drift', 'demand', 'command'] },
      at: described(utcMs, 'training time: events that arrived later are not in it'),
      began: utcMs,
      train: described(values, 'training options, as defined'),
      inputs: list(object({ name: text, code: text })),
      spillway: text,
    },
    {
      because: described(text, 'the drift that caused the training'),
      cut: described(count, 'log entries that were read'),
      ended: utcMs,
      trained: described(values, 'rows, metrics on the holdout, hashes; absent without a model'),
      shadowed: described(values, 'of a challenger: its metrics beside those of the champion'),
      verdict: described(text, 'result of its promotion rule'),
      error: text,
      code: text,
    },
  ),
  Models: object({
    models: list(
      object(
        {
          model: text,
          scores: described(count, 'version of the champion; 0 is the score of the definition'),
          versions: list(ref('Version')),
        },
        { drift: described(values, 'result of the last drift check, and the training that it requested') },
      ),
    ),
  }),
  Scores: object({ model: text, scores: count }),
  DeadLetter: object(
    {
      id: count,
      reason: { enum: rejectionReasons },
      detail: described(text, 'the problem, with the field and the value'),
      place: described(text, 'where the record stood in its input'),
      at: described(utcMs, 'when it was rejected'),
      sequence: described(count, 'sequence number of the next log entry then'),
      attempts: described(count, 'how often it was replayed and rejected since its last edit'),
      version: described(text, 'version of the record; an edit names it'),
    },
    {
      source: text,
      raw: described(text, 'the record; bytes that are no text are in rawBase64'),
      rawBase64: text,
      original: described(text, 'the first record, if an edit replaced it; bytes that are no text are in originalBase64'),
      originalBase64: text,
      form: described(values, 'the format of the record, unless it is JSON of the source'),
      outcome: { enum: ['accepted', 'duplicate', 'skipped', 'dropped'], description: 'of one that is settled' },
      why: text,
      settled: utcMs,
    },
  ),
  ReplayedDeadLetters: object({
    letters: described(
      list(
        object(
          { id: count, outcome: { enum: ['accepted', 'duplicate', 'skipped', 'rejected'] } },
          { reason: { enum: rejectionReasons }, detail: text, attempts: count },
        ),
      ),
      'the outcomes, in the order of the request',
    ),
    omitted: described(list(object({ id: count, reason: text })), 'those that cannot be sent'),
  }),
  Report: object(
    {
      number: count,
      report: text,
      why: jobCause,
      s: described(utcMs, 'as-of time'),
      cut: entriesRead,
      runs: described(values, 'by batch group: the time of the run in use, or null'),
      code: described(text, 'hash of the definitions that its rows depend on'),
      began: utcMs,
      state: jobState,
      file: described(text, 'name of the file'),
    },
    {
      version: described(count, 'of a trained model: the version that scored'),
      ended: utcMs,
      error: text,
      done: object({
        live: described(count, 'active keys'),
        rows: count,
        stale: described(flag, 'was a feature group older than the report accepts?'),
        hash: described(text, 'hash of the rows'),
        bytes: count,
        sha256: described(text, 'SHA-256 of the file'),
        seconds: number,
      }),
    },
  ),
  Reports: object({ reports: list(ref('Report')) }),
  Traces: object({
    traces: list(
      object(
        { decision: ref('Decision'), effects: list(tracedEffect) },
        {
          on: described(values, 'the event, tick or request that triggered it'),
          moments: described(stageEnds, 'when each stage ended; absent without a sample of its stage times'),
          stages: described(stages, 'how long each stage took; absent without a sample of its stage times'),
        },
      ),
    ),
  }),
} as const
