/** What answers look like whatever the pipeline is, as JSON Schema. */
import { effectStates } from '../../log/effects.ts'
import { askedSchema, decisionSchema } from './decision-schemas.ts'
import type { Schema } from './json-schema.ts'
import { count, moment, object, orNull, text, values } from './schema-texts.ts'

const ms = { type: 'number', description: 'milliseconds' } as const
const each = (names: readonly string[], schema: Schema): Readonly<Record<string, Schema>> =>
  Object.fromEntries(names.map(name => [name, schema]))

const moments = {
  ...object(each(['came', 'turn', 'appended', 'begun', 'features', 'scored', 'durable'], { ...ms, description: 'UTC milliseconds' }), [
    'begun',
    'features',
    'scored',
    'durable',
  ]),
  description: 'when each stage ended; absent if no sample was kept',
}
const stages = {
  ...object(each(['waited', 'taken', 'queued', 'features', 'inference', 'durable'], ms), ['features', 'inference', 'durable']),
  description: 'how long each took; absent with moments',
}
const tracedEffect = object(
  {
    number: count,
    action: text,
    id: { ...text, description: 'the idempotency key' },
    state: { enum: effectStates },
    attempts: count,
    why: text,
    ...each(['made', 'began', 'sent', 'settled', 'due', 'next'], moment),
    ...each(['queueMs', 'deliveryMs', 'acknowledgementMs'], ms),
  },
  ['number', 'action', 'id', 'state', 'attempts', 'made'],
)

export const sharedSchemas = {
  Error: object({ code: text, message: text }),
  Receipt: object(
    {
      accepted: count,
      duplicates: count,
      refused: { ...count, description: 'all of them are dead letters' },
      position: { ...count, description: 'where the log stood behind the last of them' },
      errors: {
        type: 'array',
        description: 'the first that were refused',
        items: object({ index: count, line: count, reason: text, detail: text }, ['reason', 'detail']),
      },
    },
    ['accepted', 'duplicates', 'refused', 'position'],
  ),
  Features: object(
    {
      group: text,
      key: {},
      t: { ...moment, description: 'when they were asked for' },
      clock: orNull({ ...moment, description: 'what the values are of' }),
      known: { ...count, description: 'events of the source that are in them' },
      layer: { ...text, description: 'stream, batch, or merged: a body of a batch run and a head of what came since' },
      body: {
        ...object({ run: count, s: moment, ageMs: { type: 'number' } }, ['run', 's', 'ageMs']),
        description: 'of merged layers, the run whose result is the body, and how old it is',
      },
      ageMs: orNull({ type: 'number' }),
      degraded: { ...text, description: 'why the values are less than was defined' },
      features: values,
      refused: { ...values, description: 'features that have no value, each with the reason' },
    },
    ['group', 'key', 't', 'clock', 'known', 'layer', 'features'],
  ),
  Answers: object({ answers: { type: 'array', items: { $ref: '#/components/schemas/Features' } } }),
  Decision: decisionSchema,
  AskedDecision: askedSchema,
  Effect: object(
    {
      number: { ...count, description: 'counts all effects, in order of decision' },
      action: text,
      id: { ...text, description: 'the idempotency key' },
      entry: { ...count, description: 'of the log, that made the decision' },
      key: {},
      t: { ...moment, description: 'of the decision' },
      made: moment,
      due: { ...moment, description: 'until when it should be acknowledged' },
      state: { enum: effectStates },
      attempts: count,
      next: { ...moment, description: 'when it is tried again' },
      why: { ...text, description: 'why the last try failed, or why it was dropped' },
      began: { ...moment, description: 'when the first try began' },
      sent: { ...moment, description: 'when the last try began' },
      settled: moment,
      late: { type: 'boolean', description: 'of one that had a deadline: was it acknowledged later?' },
    },
    ['number', 'action', 'id', 'entry', 'key', 't', 'made', 'state', 'attempts'],
  ),
  Effects: object(
    {
      effects: { type: 'array', items: { $ref: '#/components/schemas/Effect' } },
      counts: {
        type: 'array',
        description: 'of all effects, whether they are listed or not',
        items: object({ action: text, state: { enum: effectStates }, effects: count }, ['action', 'state', 'effects']),
      },
    },
    ['effects', 'counts'],
  ),
  Inline: object(
    {
      durable: { type: 'boolean', description: 'false: it was answered at the deadline, and may be lost; send it again' },
      decisions: { type: 'array', items: { $ref: '#/components/schemas/Decision' } },
      answers: { ...values, description: 'of the actions that answer, those that follow, by name' },
      degraded: { ...text, description: 'why the answers are not those of a decision' },
      accepted: count,
      duplicates: count,
      refused: count,
      position: count,
      repeats: {
        ...count,
        description: 'it was sent before: the entry of the log that it repeats; the decisions are those on that one, as recorded',
      },
      undecided: { ...text, description: 'why no decision on what it repeats is recorded' },
    },
    ['durable', 'decisions'],
  ),
  Decisions: object(
    {
      decisions: { type: 'array', items: { $ref: '#/components/schemas/Decision' } },
      lookedAt: { ...count, description: 'there may be older ones: so many were looked at, or are indexed' },
    },
    ['decisions'],
  ),
  Run: object(
    {
      number: count,
      group: text,
      why: { enum: ['schedule', 'demand'] },
      s: { ...moment, description: 'the time that it is of' },
      cut: { ...count, description: 'entries of the log that it knows' },
      code: { ...text, description: "of the group's definition" },
      schema: { ...count, description: "the version of the columns of the group's source" },
      began: moment,
      ended: moment,
      resumed: { ...count, description: 'processes that took it up again' },
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
        memory: { ...count, description: 'bytes that its threads held at most' },
      }),
      swapped: { ...count, description: 'the entry of the log from which on it is in use' },
      swappedAt: moment,
    },
    ['number', 'group', 'why', 's', 'cut', 'code', 'schema', 'began', 'state'],
  ),
  Runs: object({ runs: { type: 'array', items: { $ref: '#/components/schemas/Run' } } }),
  Reconciliation: object(
    {
      number: count,
      began: moment,
      ended: moment,
      state: { enum: ['running', 'done', 'failed', 'broken off'] },
      error: text,
      done: { type: 'object', description: 'what was compared, what was another by cause, and where the next one begins' },
      report: { type: ['object', 'null'], description: 'as spillway reconcile --json prints it' },
    },
    ['number', 'began', 'state'],
  ),
  Reconciliations: object({ reconciliations: { type: 'array', items: { $ref: '#/components/schemas/Reconciliation' } } }),
  Version: object(
    {
      model: text,
      number: count,
      state: { enum: ['training', 'candidate', 'refused', 'challenger', 'champion', 'retired', 'failed', 'broken off'] },
      why: { enum: ['schedule', 'drift', 'demand', 'command'] },
      because: { ...text, description: 'what had drifted, where drift asked for it' },
      at: { ...moment, description: 'what had arrived by then was learnt from' },
      cut: { ...count, description: 'entries of the log that were read' },
      began: moment,
      ended: moment,
      train: { ...values, description: 'as it is defined' },
      inputs: { type: 'array', items: object({ name: text, code: text }) },
      spillway: text,
      trained: { ...values, description: 'rows, metrics on the holdout, hashes; absent where there is no score' },
      shadowed: { ...values, description: 'of a challenger: metrics beside those of what decided' },
      verdict: { ...text, description: 'what its rule says' },
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
          scores: { ...count, description: 'the version that scores; 0 is the score of the definition' },
          drift: { ...values, description: 'what the last look for drift has found, and the training that it asks for' },
          versions: { type: 'array', items: { $ref: '#/components/schemas/Version' } },
        },
        ['model', 'scores', 'versions'],
      ),
    },
  }),
  Scores: object({ model: text, scores: count }),
  Report: object(
    {
      number: count,
      report: text,
      why: { enum: ['schedule', 'demand'] },
      s: { ...moment, description: 'the time that it is of' },
      cut: { ...count, description: 'entries of the log that it knows' },
      runs: { ...values, description: 'of groups placed batch, the time of the run that was in use; null: none was' },
      version: { ...count, description: 'of a model that is trained, the version that scored' },
      code: { ...text, description: 'of the definitions that its rows depend on' },
      began: moment,
      ended: moment,
      state: { enum: ['running', 'done', 'failed', 'broken off'] },
      error: text,
      done: object({
        live: { ...count, description: 'keys that were live' },
        rows: count,
        stale: { type: 'boolean', description: 'was what was known of a group older than the report accepts?' },
        hash: { ...text, description: 'of the rows' },
        bytes: count,
        sha256: { ...text, description: 'of the file' },
        seconds: { type: 'number' },
      }),
      file: { ...text, description: 'its name' },
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
          on: { ...values, description: 'the event, tick or request that it was made on' },
          moments: moments,
          stages: stages,
          effects: { type: 'array', items: tracedEffect },
        },
        ['decision', 'effects'],
      ),
    },
  }),
} as const

const streamAnswer = (event: string, data: keyof typeof sharedSchemas): Schema => ({
  description: `events '${event}', the data as ${data}; 'gap' where some are not to be had any more`,
  content: { 'text/event-stream': { schema: text } },
})
export const decisionStream = streamAnswer('decision', 'Decision')
export const effectStream = streamAnswer('effect', 'Effect')
