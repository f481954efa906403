/** JSON Schemas of answers that do not depend on the pipeline. */
import { effectStates } from '../../log/index.ts'
import { deadLetterSchemas } from './dead-letter-schemas.ts'
import { requestedDecisionSchema, decisionSchema } from './decision-schemas.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { operatorSchemas } from './operator-schemas.ts'

const { count, utcMs, object, orNull, text, values } = schemaTerms

const ms = { type: 'number', description: 'milliseconds' } as const
const each = (names: readonly string[], schema: OpenapiSchema): Readonly<Record<string, OpenapiSchema>> =>
  Object.fromEntries(names.map(name => [name, schema]))

const stageEnds = {
  ...object(each(['came', 'turn', 'appended', 'begun', 'features', 'scored', 'durable'], { ...ms, description: 'UTC milliseconds' }), [
    'begun',
    'features',
    'scored',
    'durable',
  ]),
  description: 'when each stage ended; absent without a sample of its stage times',
}
const stages = {
  ...object(each(['waited', 'taken', 'queued', 'features', 'inference', 'durable'], ms), ['features', 'inference', 'durable']),
  description: 'how long each stage took; absent without a sample of its stage times',
}
const tracedEffect = object(
  {
    number: count,
    action: text,
    id: { ...text, description: 'the idempotency key' },
    state: { enum: effectStates },
    attempts: count,
    why: text,
    ...each(['made', 'began', 'sent', 'settled', 'due', 'next'], utcMs),
    ...each(['queueMs', 'deliveryMs', 'acknowledgementMs'], ms),
  },
  ['number', 'action', 'id', 'state', 'attempts', 'made'],
)

/** Schemas by name, under `components` of the document. */
export const sharedSchemas = {
  Error: object({ code: text, message: text }),
  Receipt: object(
    {
      accepted: count,
      duplicates: count,
      rejected: { ...count, description: 'kept as dead letters' },
      sequence: { ...count, description: 'sequence number of the next entry of the log, after the last of them' },
      errors: {
        type: 'array',
        description: 'the first rejected records',
        items: object({ index: count, line: count, reason: text, detail: text }, ['reason', 'detail']),
      },
    },
    ['accepted', 'duplicates', 'rejected', 'sequence'],
  ),
  Features: object(
    {
      group: text,
      key: {},
      t: { ...utcMs, description: 'when they were read' },
      clock: orNull({ ...utcMs, description: 'as-of time of the values' }),
      known: { ...count, description: 'visible events of the source' },
      layer: { ...text, description: 'stream, batch, or merged: the snapshot of a batch run and the delta of later events' },
      snapshot: {
        ...object({ run: count, s: utcMs, ageMs: { type: 'number' } }, ['run', 's', 'ageMs']),
        description: 'of merged layers, the run whose result is the snapshot, and its age',
      },
      ageMs: orNull({ type: 'number' }),
      degraded: { ...text, description: 'why the values differ from their definition' },
      features: values,
      rejected: { ...values, description: 'features without a value, each with the reason' },
    },
    ['group', 'key', 't', 'clock', 'known', 'layer', 'features'],
  ),
  Answers: object({ answers: { type: 'array', items: { $ref: '#/components/schemas/Features' } } }),
  Decision: decisionSchema,
  AskedDecision: requestedDecisionSchema,
  Effect: object(
    {
      number: { ...count, description: 'number among all effects, in order of decision' },
      action: text,
      id: { ...text, description: 'the idempotency key' },
      entry: { ...count, description: 'log entry of the decision' },
      key: {},
      t: { ...utcMs, description: 'time of the decision' },
      made: utcMs,
      due: { ...utcMs, description: 'deadline of its acknowledgement' },
      state: { enum: effectStates },
      attempts: count,
      next: { ...utcMs, description: 'time of the next attempt' },
      why: { ...text, description: 'why the last attempt failed, or why it was dropped' },
      began: { ...utcMs, description: 'time of the first attempt' },
      sent: { ...utcMs, description: 'time of the last attempt' },
      settled: utcMs,
      late: { type: 'boolean', description: 'of an effect with a deadline: was it acknowledged later?' },
    },
    ['number', 'action', 'id', 'entry', 'key', 't', 'made', 'state', 'attempts'],
  ),
  Effects: object(
    {
      effects: { type: 'array', items: { $ref: '#/components/schemas/Effect' } },
      counts: {
        type: 'array',
        description: 'of all effects, listed or not',
        items: object({ action: text, state: { enum: effectStates }, effects: count }, ['action', 'state', 'effects']),
      },
    },
    ['effects', 'counts'],
  ),
  Inline: object(
    {
      durable: { type: 'boolean', description: 'false: answered at the deadline, and the event may be lost; send it again' },
      decisions: { type: 'array', items: { $ref: '#/components/schemas/Decision' } },
      answers: { ...values, description: 'answers by action, of those that follow from the decision' },
      degraded: { ...text, description: 'why the answers are fallbacks' },
      accepted: count,
      duplicates: count,
      rejected: count,
      sequence: count,
      repeats: {
        ...count,
        description: 'of a duplicate: the log entry of the original; the decisions are those recorded on it',
      },
      undecided: { ...text, description: 'of a duplicate: why no decision on the original is recorded' },
    },
    ['durable', 'decisions'],
  ),
  Decisions: object(
    {
      decisions: { type: 'array', items: { $ref: '#/components/schemas/Decision' } },
      lookedAt: { ...count, description: 'decisions that were searched, or are indexed; there may be older ones' },
    },
    ['decisions'],
  ),
  Run: object(
    {
      number: count,
      group: text,
      why: { enum: ['schedule', 'demand'] },
      s: { ...utcMs, description: 'as-of time' },
      cut: { ...count, description: 'log entries that it read' },
      code: { ...text, description: "hash of the group's definition" },
      schema: { ...count, description: "the version of the columns of the group's source" },
      began: utcMs,
      ended: utcMs,
      resumed: { ...count, description: 'processes that resumed it' },
      state: { enum: ['running', 'done', 'failed', 'broken off'] },
      error: text,
      done: object({
        partitions: count,
        known: count,
        read: count,
        keys: count,
        bytes: count,
        hash: text,
        seconds: { type: 'number' },
        memory: { ...count, description: 'greatest memory of its threads, in bytes' },
      }),
      swapped: { ...count, description: 'log entry from which its result is in use' },
      swappedAt: utcMs,
    },
    ['number', 'group', 'why', 's', 'cut', 'code', 'schema', 'began', 'state'],
  ),
  ...operatorSchemas,
  Runs: object({ runs: { type: 'array', items: { $ref: '#/components/schemas/Run' } } }),
  Reconciliation: object(
    {
      number: count,
      began: utcMs,
      ended: utcMs,
      state: { enum: ['running', 'done', 'failed', 'broken off'] },
      error: text,
      done: { type: 'object', description: 'compared values, mismatches by cause, and where the next one begins' },
      report: { type: ['object', 'null'], description: 'as spillway reconcile --json prints it' },
    },
    ['number', 'began', 'state'],
  ),
  Reconciliations: object({ reconciliations: { type: 'array', items: { $ref: '#/components/schemas/Reconciliation' } } }),
  Version: object(
    {
      model: text,
      number: count,
      state: { enum: ['training', 'candidate', 'rejected', 'challenger', 'champion', 'retired', 'failed', 'broken off'] },
      why: { enum: ['schedule', 'drift', 'demand', 'command'] },
      because: { ...text, description: 'the drift that caused the training' },
      at: { ...utcMs, description: 'training time: events that arrived later are not in it' },
      cut: { ...count, description: 'log entries that were read' },
      began: utcMs,
      ended: utcMs,
      train: { ...values, description: 'training options, as defined' },
      inputs: { type: 'array', items: object({ name: text, code: text }) },
      spillway: text,
      trained: { ...values, description: 'rows, metrics on the holdout, hashes; absent without a model' },
      shadowed: { ...values, description: 'of a challenger: its metrics beside those of the champion' },
      verdict: { ...text, description: 'result of its promotion rule' },
      error: text,
      code: text,
    },
    ['model', 'number', 'state', 'why', 'at', 'began', 'train', 'inputs', 'spillway'],
  ),
  Models: object({
    models: {
      type: 'array',
      items: object(
        {
          model: text,
          scores: { ...count, description: 'version of the champion; 0 is the score of the definition' },
          drift: { ...values, description: 'result of the last drift check, and the training that it requested' },
          versions: { type: 'array', items: { $ref: '#/components/schemas/Version' } },
        },
        ['model', 'scores', 'versions'],
      ),
    },
  }),
  Scores: object({ model: text, scores: count }),
  ...deadLetterSchemas,
  Report: object(
    {
      number: count,
      report: text,
      why: { enum: ['schedule', 'demand'] },
      s: { ...utcMs, description: 'as-of time' },
      cut: { ...count, description: 'log entries that it read' },
      runs: { ...values, description: 'by batch group: the time of the run in use, or null' },
      version: { ...count, description: 'of a trained model: the version that scored' },
      code: { ...text, description: 'hash of the definitions that its rows depend on' },
      began: utcMs,
      ended: utcMs,
      state: { enum: ['running', 'done', 'failed', 'broken off'] },
      error: text,
      done: object({
        live: { ...count, description: 'active keys' },
        rows: count,
        stale: { type: 'boolean', description: 'was a feature group older than the report accepts?' },
        hash: { ...text, description: 'hash of the rows' },
        bytes: count,
        sha256: { ...text, description: 'SHA-256 of the file' },
        seconds: { type: 'number' },
      }),
      file: { ...text, description: 'name of the file' },
    },
    ['number', 'report', 'why', 's', 'cut', 'runs', 'code', 'began', 'state', 'file'],
  ),
  Reports: object({ reports: { type: 'array', items: { $ref: '#/components/schemas/Report' } } }),
  Traces: object({
    traces: {
      type: 'array',
      items: object(
        {
          decision: { $ref: '#/components/schemas/Decision' },
          on: { ...values, description: 'the event, tick or request that triggered it' },
          moments: stageEnds,
          stages,
          effects: { type: 'array', items: tracedEffect },
        },
        ['decision', 'effects'],
      ),
    },
  }),
} as const

const streamAnswer = (event: string, data: keyof typeof sharedSchemas): OpenapiSchema => ({
  description: `events '${event}', the data as ${data}; 'gap' where some were deleted`,
  content: { 'text/event-stream': { schema: text } },
})
/** The answer of `GET /events`. */
export const decisionStream = streamAnswer('decision', 'Decision')
/** The answer of `GET /effects/stream`. */
export const effectStream = streamAnswer('effect', 'Effect')
