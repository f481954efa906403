/** `spillway trace`: prints the timeline of a decision from its event to its acknowledged effects. A run may hold the folder. */
import { inspect } from 'node:util'
import { SpillwayError, limits, spanTitle } from '../../base/index.ts'
import { withFolder, type DecisionTrace, type FolderView, type TracedEffect } from '../../operate/index.ts'
import { defineCommand, UsageError } from '../command/command.ts'
import { dataFolderOf, dataOption } from '../command/data-folder.ts'
import { printEach, printLines } from '../command/print.ts'
import { pluralize, scoreText, timelinessText, timeText, joinLines } from '../command/text-format.ts'

/** The decisions of a log entry, or of the effect with an idempotency key. */
interface TraceQuery {
  readonly target: number | string
  readonly model: string | undefined
  readonly key: string | undefined
}

/** The command `spillway trace`. */
export const traceCommand = defineCommand({
  name: 'trace',
  task: 'Inspect',
  usage: 'ENTRY | EFFECT-ID',
  summary: 'print the timeline of a decision: event, features, score, commit, and its effects until their acknowledgement',
  options: {
    model: { value: 'NAME', help: 'only the decision of this model' },
    key: { value: 'KEY', help: 'only the decision about this key (a tick makes many decisions)' },
    data: dataOption,
    json: { help: 'print each decision as a line of JSON, and nothing else' },
  },
  run({ model, key, json = false, ...folder }, [target, ...extra]) {
    if (target === undefined)
      throw new UsageError('name the entry of the log that made the decision: trace 12; spillway decisions shows it')
    if (extra.length > 0) throw new UsageError(`expected one entry, but also got ${extra.join(', ')}`)
    const isEntry = /^\d{1,15}$/.test(target)
    if (!isEntry && !target.includes('/'))
      throw new UsageError(`${inspect(target)} is neither the number of an entry nor the id of an effect`)
    const query = { target: isEntry ? Number(target) : target, model, key }
    return withFolder(dataFolderOf(folder), async view => {
      const matches = await view.decisions.traces({ ...query, most: limits.DECISIONS_TRACED_MAX })
      if (matches.length === 0) throw new SpillwayError('SPILL_NOT_FOUND', nothingText(view, query))
      printEach(matches, { json, textOf: traceText, between: '\n' })
      if (!json && matches.length === limits.DECISIONS_TRACED_MAX)
        printLines('', `The first ${matches.length} of this entry (DECISIONS_TRACED_MAX); --key and --model choose.`)
      return 0
    })
  },
})

function nothingText({ decisions }: FolderView, { target, model, key }: TraceQuery): string {
  const filters = [...(model === undefined ? [] : [`of model '${model}'`]), ...(key === undefined ? [] : [`about key '${key}'`])]
  const last = decisions.models().reduce((greatest, each) => Math.max(greatest, each.last), -1)
  const hint = last < 0 ? 'none is recorded' : `the last that made one is ${last}`
  return `no decision ${[...filters, typeof target === 'number' ? `was made by entry ${target}` : `made effect '${target}'`].join(' ')}; ${hint}`
}

/** A step with its time, UTC ms; without a time if it did not happen or was not measured. */
type Step = readonly [at: number | undefined, text: string]

/** Strings of the trace must be escaped to one line. */
export function traceText({ decision, on, moments, traceId, effects }: DecisionTrace): string {
  const { model, key, entry, t, score, rejected, explored = {} } = decision
  const result = rejected === undefined ? `score ${scoreText(score)}` : `rejected: ${rejected}`
  const { came, turn, appended, features, scored, durable } = moments ?? {}
  const steps: Step[] = [
    on?.kind === 'event' ? [on.time, `event of '${on.source}' happened`] : [t, triggerText(on)],
    [on?.kind === 'tick' ? undefined : came, 'received: the first record of its turn'],
    [turn, 'its turn began'],
    [on?.kind === 'event' ? on.arrival : undefined, 'ingested, by the log'],
    [appended, 'appended to the log'],
    [features, 'features computed'],
    [scored, 'scored'],
    [durable, 'durable'],
  ]
  const notes = moments
    ? []
    : ['  no stage times: they are written a second after the decision, and only samples of older decisions are kept']
  return joinLines(
    `${model}  ${key}  ${result}  (entry ${entry})`,
    traceId !== undefined && `  trace ${traceId}`,
    on && 'fields' in on && `  ${inspect(on.fields, { breakLength: Infinity, depth: 2, maxStringLength: 100 })}`,
    timeline(steps),
    notes,
    Object.entries(explored).map(([action, probability]) => `  ${action} was skipped for exploration, probability ${probability}`),
    effects.flatMap(effectLines),
  )
}

const triggerText = (on: DecisionTrace['on']): string =>
  on === undefined ? 'as-of time; the log has deleted the trigger' : on.kind === 'tick' ? 'tick' : 'requested'

/** A line for each step with a time, with the time since the line before it. */
function timeline(steps: readonly Step[]): string[] {
  const lines = steps.flatMap(([at, text]) => (at === undefined ? [] : [{ at, text }]))
  return lines.map(({ at, text }, i) => {
    const elapsed = i === 0 ? 0 : at - lines[i - 1].at
    const span = i === 0 ? '' : `${elapsed < 0 ? '' : '+'}${spanTitle(elapsed)}`
    return `  ${timeText(at)}  ${span.padStart(12)}  ${text}`
  })
}

function effectLines({ number, action, id, state, attempts, decidedAt, began, sent, next, why, ...times }: TracedEffect): string[] {
  const steps: Step[] = [
    [decidedAt, 'made'],
    [began, 'first try'],
    [attempts > 1 ? sent : undefined, 'last try'],
    [times.settled, state === 'delivered' ? 'acknowledged' : state],
    [next, 'next try'],
  ]
  const durations = (['queue', 'delivery', 'acknowledgement'] as const).flatMap(name => {
    const duration = times[`${name}Ms`]
    return duration === undefined ? [] : [`${name} ${spanTitle(duration)}`]
  })
  return [
    `  effect ${number}  ${action}  [${state}${timelinessText({ state, ...times })}, ${pluralize(attempts, 'attempt')}]  ${durations.join(', ')}`.trimEnd(),
    `    id ${id}`,
    ...timeline(steps).map(line => `  ${line}`),
    ...(why === undefined ? [] : [`    ${why}`]),
  ]
}
