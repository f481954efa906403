/** Validates requests of operators that come as JSON, over HTTP or over the control socket. */
import { didYouMean, SpillwayError, limits, show } from '../../base/index.ts'
import { type AlertEdit, alertEdits } from '../../monitor/alerts/index.ts'
import {
  type DeadLetterDrop,
  type DeadLetterEdit,
  type DeadLetterReplay,
  type EffectDrop,
  type EffectRetry,
  type JobCancellation,
  type ModelPromotion,
  isSingleJobKind,
  jobKinds,
  type RunControl,
} from './run-control.ts'

type Fields = Readonly<Record<string, unknown>>

/** Parsers by operation. Each throws `SPILL_INPUT`, naming the field and the fix. */
export const controlRequests = {
  editDeadLetter,
  replayDeadLetters,
  dropDeadLetters,
  retryEffects,
  dropEffects,
  cancelJob,
  promoteModel,
  editAlert,
} satisfies { readonly [Name in keyof RunControl]: (value: unknown) => Parameters<RunControl[Name]>[0] }

/** An operation of `RunControl`. */
export type ControlOperation = keyof typeof controlRequests

function editDeadLetter(value: unknown): DeadLetterEdit {
  const fields = fieldsOf(value, ['id', 'version', 'set', 'rename', 'raw', 'rawBase64'])
  const { id, version, set, rename, raw, rawBase64 } = fields
  if (!isNumber(id)) throw wrong('"id" is the number of a dead letter', id)
  if (typeof version !== 'string')
    throw wrong('"version" is the version of the record that you have seen, as GET /dead-letters has it', version)
  const changes = [set, rename, raw, rawBase64].filter(change => change !== undefined)
  if (changes.length !== 1)
    throw new SpillwayError('SPILL_INPUT', 'send one change: "set" or "rename", an object of fields; "raw", a text; or "rawBase64"')
  if (set !== undefined && (!isObject(set) || Object.keys(set).length === 0))
    throw wrong('"set" is an object of fields with their values', set)
  if (
    rename !== undefined &&
    !(isObject(rename) && Object.keys(rename).length > 0 && Object.values(rename).every(name => typeof name === 'string'))
  )
    throw wrong('"rename" is an object of fields with their new names', rename)
  if (raw !== undefined && typeof raw !== 'string') throw wrong('"raw" is a text', raw)
  if (rawBase64 !== undefined && !isBase64(rawBase64)) throw wrong('"rawBase64" is base64', rawBase64)
  return fields as unknown as DeadLetterEdit
}

function replayDeadLetters(value: unknown): DeadLetterReplay {
  const fields = fieldsOf(value, ['ids', 'source', 'omitUnsendable', 'versions', 'fingerprint'])
  const { source, omitUnsendable, fingerprint } = fields
  if (source !== undefined && typeof source !== 'string') throw wrong('"source" is the name of a source', source)
  if (omitUnsendable !== undefined && typeof omitUnsendable !== 'boolean') throw wrong('"omitUnsendable" is true or false', omitUnsendable)
  if (fingerprint !== undefined && typeof fingerprint !== 'string') throw wrong('"fingerprint" is that of a pipeline', fingerprint)
  const ids = numbersOf('ids', fields['ids'], limits.DEAD_LETTERS_CHANGED_MAX)
  const versions = versionsOf(fields['versions'])
  return {
    ids,
    ...(source !== undefined && { source }),
    ...(omitUnsendable !== undefined && { omitUnsendable }),
    ...(versions !== undefined && { versions }),
    ...(fingerprint !== undefined && { fingerprint }),
  }
}

/** Versions by the ids that they are of. Those of other dead letters than `ids` mean nothing. */
function versionsOf(value: unknown): Readonly<Record<number, string>> | undefined {
  if (value === undefined) return undefined
  if (!isObject(value) || !Object.values(value).every(version => typeof version === 'string'))
    throw wrong('"versions" is an object of ids with the versions that you have seen', value)
  return value as Readonly<Record<number, string>>
}

function dropDeadLetters(value: unknown): DeadLetterDrop {
  const { ids, why } = fieldsOf(value, ['ids', 'why'])
  return { ids: numbersOf('ids', ids, limits.DEAD_LETTERS_CHANGED_MAX), why: whyOf(why) }
}

function retryEffects(value: unknown): EffectRetry {
  return { numbers: numbersOf('numbers', fieldsOf(value, ['numbers'])['numbers'], limits.EFFECTS_CHANGED_MAX) }
}

function dropEffects(value: unknown): EffectDrop {
  const { numbers, why } = fieldsOf(value, ['numbers', 'why'])
  return { numbers: numbersOf('numbers', numbers, limits.EFFECTS_CHANGED_MAX), why: whyOf(why) }
}

function cancelJob(value: unknown): JobCancellation {
  const { kind: text, name, number } = fieldsOf(value, ['kind', 'name', 'number'])
  const kind = jobKinds.find(each => each === text)
  if (kind === undefined) throw wrong(`"kind" is one of ${jobKinds.join(', ')}`, text)
  const isSingle = isSingleJobKind(kind)
  if (!isSingle && typeof name !== 'string') throw wrong('"name" is that of a feature group, a report or a model', name)
  if (isSingle && name !== undefined) throw wrong(`a ${kind} has no "name"`, name)
  if (number !== undefined && !isNumber(number)) throw wrong('"number" is that of the attempt to cancel', number)
  return { kind, ...(name !== undefined && { name: name as string }), ...(number !== undefined && { number }) }
}

function promoteModel(value: unknown): ModelPromotion {
  const { model, version } = fieldsOf(value, ['model', 'version'])
  if (typeof model !== 'string') throw wrong('"model" is the name of a model', model)
  if (version !== 'previous' && version !== 0 && !isNumber(version))
    throw wrong('"version" is the number of a version, 0 for the score of the definition, or "previous"', version)
  return { model, version }
}

function editAlert(value: unknown): AlertEdit {
  const { id, change: text, note, until, outcome, minutes } = fieldsOf(value, ['id', 'change', 'note', 'until', 'outcome', 'minutes'])
  if (typeof id !== 'string') throw wrong('"id" is the id of an alert', id)
  const change = alertEdits.find(each => each === text)
  if (change === undefined) throw wrong(`"change" is one of ${alertEdits.join(', ')}`, text)
  if (note !== undefined && typeof note !== 'string') throw wrong('"note" is a text', note)
  if ((until !== undefined || change === 'silence') && (change !== 'silence' || !isTime(until)))
    throw wrong('a silence, and nothing else, has an end ahead', until)
  if (outcome !== undefined && (change !== 'resolve' || (outcome !== 'acted' && outcome !== 'noise')))
    throw wrong('"outcome" of an alert that is resolved is acted or noise', outcome)
  if (minutes !== undefined && (outcome === undefined || !isMinutes(minutes)))
    throw wrong(`"minutes" is the time that people spent, from 0 to ${ALERT_MINUTES_MAX}, beside "outcome"`, minutes)
  return {
    id,
    change,
    ...(note !== undefined && { note }),
    ...(until !== undefined && { until: until }),
    ...(outcome !== undefined && { outcome }),
    ...(minutes !== undefined && { minutes }),
  }
}

/** A month of one person's time. */
const ALERT_MINUTES_MAX = 44_640

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isMinutes = (value: unknown): value is number => isTime(value) && value >= 0 && value <= ALERT_MINUTES_MAX

/** The fields of a request. An ignored field would mislead, so an unknown one is an error. */
function fieldsOf(value: unknown, names: readonly string[]): Fields {
  if (!isObject(value)) throw wrong('a request is an object', value)
  const unknown = Object.keys(value).find(name => !names.includes(name))
  if (unknown !== undefined) throw new SpillwayError('SPILL_INPUT', `there is no field '${unknown}' here${didYouMean(unknown, names)}`)
  return value
}

function numbersOf(name: string, value: unknown, max: number): number[] {
  if (!Array.isArray(value) || !value.every(isNumber)) throw wrong(`"${name}" is a list of numbers from 1: [1, 2]`, value)
  if (value.length === 0 || value.length > max)
    throw new SpillwayError('SPILL_INPUT', `"${name}" has ${value.length} numbers; give 1 to ${max}`)
  return [...new Set(value)]
}

function whyOf(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new SpillwayError('SPILL_INPUT', 'the reason is missing: send { "why": "nobody listens" }')
}

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
const isBase64 = (value: unknown): boolean => typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)

const wrong = (rule: string, value: unknown): SpillwayError =>
  new SpillwayError('SPILL_INPUT', `${rule}; got ${value === undefined ? 'nothing' : show(value).slice(0, SHOWN)}`)

/** Characters of a wrong value in a message. */
const SHOWN = 80
