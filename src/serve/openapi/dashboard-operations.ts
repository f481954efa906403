/** OpenAPI operations that the dashboard is made of: counts of the run, definitions of the pipeline, and the session of a browser. */
import { effectStates } from '../../log/index.ts'
import { roles } from '../access/token-file.ts'
import { schemaTerms, type OpenapiSchema } from './json-schema.ts'
import { json, operation, type Paths } from './operation.ts'

const { count, described, each, list, object, text, utcMs } = schemaTerms

const texts = list(text)
const notes = each(['owner', 'description'], text)
const valueList = list(object({ name: text, type: text }, { definition: text }))

const status = object(
  {
    at: utcMs,
    started: described(utcMs, 'since when the counts of records and decisions count'),
    state: { enum: ['running', 'held', 'stopped', 'failed'] },
    sequence: described(count, 'sequence number of the next entry of the log'),
    waiting: described(count, 'records that wait for their turn'),
    memoryBytes: count,
    sources: list(
      object(
        { source: text, ...each(['accepted', 'duplicates', 'rejected', 'late'], count) },
        { lastArrival: described(utcMs, 'of its newest accepted event') },
      ),
    ),
    models: list(object({ model: text, decisions: count })),
    effects: described(list(object({ action: text, state: { enum: effectStates }, effects: count })), 'of all effects'),
    deadLetters: described(list({ type: 'object' }), 'of all dead letters that are not settled, by source and reason'),
  },
  { problem: described(text, 'why the run accepts nothing now') },
)

const pipeline = object({
  name: text,
  sources: list(
    object({ name: text, key: text, time: text, columns: valueList, ...each(['allowedLateness', 'dedupe'], count) }, { id: text }),
  ),
  groups: list(
    object({ name: text, source: text, key: texts, entity: texts, placement: object({ kind: text, text }), features: valueList }, notes),
  ),
  models: list(
    object(
      { name: text, trigger: text, groups: texts, inputs: valueList, score: text, isTrained: { type: 'boolean' } },
      { source: text, request: valueList, ...notes },
    ),
  ),
  actions: list(
    object(
      { name: text, model: text, when: text, effect: text },
      { attempts: described(count, 'after which an effect is dead'), deadline: described(count, 'milliseconds'), ...notes },
    ),
  ),
  reports: list(object({ name: text, groups: texts, schedule: text }, { model: text, ...notes })),
})

const auditJob = object(
  { state: { enum: ['running', 'done', 'failed', 'cancelled'] }, began: utcMs },
  { model: text, stage: described(text, 'what it does now'), ended: utcMs, error: described(text, 'why it failed') },
)

const roleList = list({ enum: roles })

const session: OpenapiSchema = object(
  { authorization: { enum: ['token', 'own', 'none'] }, roles: described(roleList, 'of the client; empty without a session') },
  { client: text, pipeline: text, ended: described(text, 'why the session ended') },
)

const token: OpenapiSchema = { ...object({ token: described(text, 'spw_…') }), additionalProperties: false }

/** The operations by path. */
export const dashboardPaths: Paths = {
  '/status': {
    get: operation('status', 'Counts of the run, for a page that is read every second', { answer: json('the counts', status) }),
  },
  '/pipeline': {
    get: operation('pipeline', 'Definitions of the pipeline, with expressions and schedules as text', {
      answer: json('the definitions', pipeline),
    }),
  },
  '/audit': {
    get: operation('audit', 'The summary of the last audit', {
      answer: json(
        'the summary, as in audit.json',
        object(
          {
            pipeline: text,
            model: text,
            summary: schemaTerms.values,
            writtenAt: utcMs,
            isCurrent: described({ type: 'boolean' }, 'is it of the pipeline that runs?'),
          },
          {
            changes: described(
              object({ since: utcMs, changes: list(object({ name: text, text })) }),
              'what changed since the report that was written at `since`: the recommendation, and elements by name',
            ),
          },
        ),
      ),
      errors: [404],
    }),
    post: operation('startAudit', 'Starts an audit of the log in a process of its own; GET /audit/job has its progress', {
      body: { ...object({}, { model: described(text, 'the model, if several have a label') }), additionalProperties: false },
      answer: json('the audit, which has begun', object({ job: auditJob })),
      errors: [404, 409],
    }),
  },
  '/audit/job': {
    get: operation('auditJob', 'The audit that runs, or the last one since the start of the run', {
      answer: json(
        'its progress',
        object({ models: described(texts, 'that have a label'), canStart: { type: 'boolean' } }, { job: auditJob }),
      ),
    }),
  },
  '/audit/cancel': {
    post: operation('cancelAudit', 'Cancels the audit that runs; answered when its process has ended', {
      answer: json('the audit', object({ job: auditJob })),
      errors: [409],
    }),
  },
  '/audit/page': {
    get: operation('auditPage', 'The page of the last audit', {
      answer: { description: 'a page without scripts', content: { 'text/html': { schema: text } } },
      errors: [404],
    }),
  },
  '/ui/session': {
    get: operation('session', 'The roles of the client in the dashboard', {
      isPublic: true,
      answer: json('the session', session),
      errors: [421],
    }),
    post: operation('beginSession', 'Begins a session of a browser: a cookie that names the token for 12 h', {
      isPublic: true,
      body: token,
      answer: json('the client and its roles', object({ client: text, roles: roleList })),
      errors: [400, 401, 403, 421],
    }),
    delete: operation('endSession', 'Ends the session of a browser', {
      isPublic: true,
      answer: json('no roles', object({ roles: roleList })),
      errors: [403, 421],
    }),
  },
}
