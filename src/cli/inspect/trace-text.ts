/** A trace as text: one line per step, with the time since the line before it. */
import { inspect } from 'node:util'
import { spanTitle } from '../../base/index.ts'
import type { DecisionTrace, TracedEffect } from '../../operate/index.ts'
import { timeText } from '../command/time-text.ts'
import { pluralize, scoreText } from '../command/text-format.ts'

/** A step with its time, UTC ms. */
type Step = readonly [at: number, text: string]

/** Strings of the trace must be escaped to one line. */
export function traceText({ decision, on, moments, effects }: DecisionTrace): string {
  const { model, key, entry, t, score, rejected, explored = {} } = decision
  const result = rejected === undefined ? `score ${scoreText(score)}` : `rejected: ${rejected}`
  const { came, turn, appended, features, scored, durable } = moments ?? {}
  const steps: (readonly [at: number | undefined, text: string])[] = [
    on?.kind === 'event' ? [on.time, `event of '${on.source}' happened`] : [t, triggerText(on)],
    [on?.kind === 'tick' ? undefined : came, 'received: the first record of its turn'],
    [turn, 'its turn began'],
    [on?.kind === 'event' ? on.arrival : undefined, 'ingested, by the log'],
    [appended, 'appended to the log'],
    [features, 'features computed'],
    [scored, 'scored'],
    [durable, 'durable'],
  ]
  const lines = steps.filter((line): line is Step => line[0] !== undefined)
  const notes = moments
    ? []
    : ['  no stage times: they are written a second after the decision, and only samples of older decisions are kept']
  return [
    `${model}  ${key}  ${result}  (entry ${entry})`,
    ...(on && 'fields' in on ? [`  ${inspect(on.fields, { breakLength: Infinity, depth: 2, maxStringLength: 100 })}`] : []),
    ...timeline(lines),
    ...notes,
    ...Object.entries(explored).map(([action, probability]) => `  ${action} was skipped for exploration, probability ${probability}`),
    ...effects.flatMap(effectLines),
  ].join('\n')
}

const triggerText = (on: DecisionTrace['on']): string =>
  on === undefined ? 'as-of time; the log has deleted the trigger' : on.kind === 'tick' ? 'tick' : 'requested'

/** Each line shows the time since the line before it. */
function timeline(lines: readonly Step[]): string[] {
  return lines.map(
    ([at, text], i) => `  ${timeText(at)}  ${i === 0 ? ''.padStart(12) : elapsed(at - lines[i - 1][0]).padStart(12)}  ${text}`,
  )
}

const elapsed = (ms: number): string => (ms < 0 ? spanTitle(ms) : `+${spanTitle(ms)}`)

function effectLines({ number, action, id, state, attempts, made, began, sent, settled, next, due, why, ...ms }: TracedEffect): string[] {
  const timeliness = due === undefined || state !== 'delivered' ? '' : settled! <= due ? ', in time' : ', too late'
  const lines: Step[] = [[made, 'made']]
  if (began !== undefined) lines.push([began, 'first try'])
  if (sent !== undefined && attempts > 1) lines.push([sent, 'last try'])
  if (settled !== undefined) lines.push([settled, state === 'delivered' ? 'acknowledged' : state])
  if (next !== undefined) lines.push([next, 'next try'])
  const durations = (['queue', 'delivery', 'acknowledgement'] as const).flatMap(name => {
    const duration = ms[`${name}Ms`]
    return duration === undefined ? [] : [`${name} ${spanTitle(duration)}`]
  })
  return [
    `  effect ${number}  ${action}  [${state}${timeliness}, ${pluralize(attempts, 'attempt')}]  ${durations.join(', ')}`.trimEnd(),
    `    id ${id}`,
    ...timeline(lines).map(line => `  ${line}`),
    ...(why === undefined ? [] : [`    ${why}`]),
  ]
}
