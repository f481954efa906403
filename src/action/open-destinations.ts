/**
 * Opens the destinations of actions and of decisions when a run starts, with settings from the environment and from files of this machine.
 * Messages show no secret.
 */
import { assert, callAfter, SpillwayError, limits, show, thrownText, durationText, withDeadline } from '../base/index.ts'
import { type SettingReader, settingReader } from '../base/node/index.ts'
import type { EffectFunction, EffectRecord, Destination, OpenDestination, Effect, EffectValue } from '../define/action/index.ts'
import type { ActionIR, EffectIR, PipelineIR } from '../define/ir/index.ts'
import { functionDestination } from './function-destination.ts'
import { type ActionDestination, checkDestination, GuardedDestination, type OpenedDestination } from './guarded-destination.ts'
import { outputDestination, sharedFileDestination } from './line-destinations.ts'
import { driverOpener } from '../kafka/index.ts'
import { kafkaDestination } from './kafka-destination.ts'
import { deadLetterRecord, effectRecord } from './kafka-records.ts'
import { openWebhook } from './webhook.ts'

/** The definitions that effects come from. */
export interface ActionDefinitions {
  readonly ir: PipelineIR
  /** User functions by action. */
  readonly effects: ReadonlyMap<string, EffectFunction>
  /** Users' own destinations by action. */
  readonly destinations: ReadonlyMap<string, OpenDestination>
}

/** Environment variables. */
type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the destinations of all actions but inline answers. If one cannot be opened, the others are closed.
 * @throws `SPILL_INPUT` for a missing variable or file, `SPILL_DEFINITION` for invalid settings, `SPILL_CONTRACT` for a user's own destination
 * that cannot be opened or is none.
 */
export async function openActionDestinations(definitions: ActionDefinitions, env: Environment): Promise<ActionDestination[]> {
  const delivering = (definitions.ir.actions ?? []).filter(({ do: effect }) => effect.kind !== 'answer')
  const results = await Promise.allSettled(delivering.map(action => openOfAction(action, definitions, env)))
  const failed = results.find(result => result.status === 'rejected')
  const opened = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  if (!failed) return opened
  await closeDestinations(opened)
  throw failed.reason
}

/** Closes destinations that no dispatcher closes, since the run did not start. Never rejects. */
export async function closeDestinations(opened: readonly Pick<ActionDestination, 'destination' | 'timeoutMs'>[]): Promise<void> {
  const ignored = { name: '', after: callAfter, onReport: () => {} }
  await Promise.all(
    opened.map(({ destination, timeoutMs = limits.DESTINATION_MS }) =>
      new GuardedDestination(destination, { timeoutMs, ...ignored }).close(),
    ),
  )
}

/** The destinations of a run's records: effects that `destination`, `webhook`, `kafka`, `appendTo` or `stdout` makes. */
export interface RecordDestinations<T> {
  readonly decisions?: T | undefined
  readonly deadLetters?: T | undefined
}

/**
 * Opens the destinations of decisions and of dead letters. If one cannot be opened, the other is closed.
 * @throws as `openActionDestinations` does; `SPILL_DEFINITION` for an effect that no destination delivers.
 */
export async function openRecordDestinations(
  { decisions, deadLetters }: RecordDestinations<Effect>,
  env: Environment,
): Promise<RecordDestinations<OpenedDestination>> {
  const opened = decisions && (await openRecordDestination('decisions', decisions, env, effectRecord))
  try {
    return {
      decisions: opened,
      deadLetters: deadLetters && (await openRecordDestination('dead letters', deadLetters, env, deadLetterRecord)),
    }
  } catch (error) {
    await closeDestinations(opened ? [opened] : [])
    throw error
  }
}

async function openRecordDestination(
  records: string,
  effect: Effect,
  env: Environment,
  recordOf: typeof effectRecord,
): Promise<OpenedDestination> {
  const { ir, open } = Object(effect) as Partial<EffectValue>
  if (ir?.kind === 'destination' && open) return openDestination(ir, open, `the ${records}`, env)
  if (ir?.kind === 'kafka') return { name: ir.kind, ...limitsOf(ir), destination: openTopic(ir, records, env, recordOf) }
  if (ir?.kind !== 'webhook' && ir?.kind !== 'file' && ir?.kind !== 'stdout')
    throw new SpillwayError(
      'SPILL_DEFINITION',
      `${records} go to destination({ … }), webhook(…), kafka(…), appendTo(…) or stdout(), got ${show(ir?.kind ?? effect)}`,
    )
  return { name: ir.kind, ...limitsOf(ir), destination: await openBuiltIn(ir, undefined, records, env) }
}

async function openOfAction(action: ActionIR, { effects, destinations }: ActionDefinitions, env: Environment): Promise<ActionDestination> {
  const { name, do: effect } = action
  if (effect.kind === 'destination') {
    const open = destinations.get(name)
    assert(open !== undefined, `the destination of action '${name}' is given with it`)
    return { action: name, ...(await openDestination(effect, open, `action '${name}'`, env)) }
  }
  const owner = `action '${name}'`
  return { action: name, ...limitsOf(effect), destination: await openBuiltIn(effect, effects.get(name), owner, env) }
}

/** Limits that a definition states. A webhook ends its attempts by itself. */
function limitsOf(effect: EffectIR): Pick<OpenedDestination, 'attempts' | 'timeoutMs'> {
  if (effect.kind === 'kafka') return { attempts: effect.attempts, timeoutMs: effect.timeout ?? limits.DESTINATION_MS }
  return effect.kind === 'webhook' ? { attempts: effect.attempts } : {}
}

async function openBuiltIn(
  effect: Exclude<EffectIR, { kind: 'destination' }>,
  deliver: EffectFunction | undefined,
  owner: string,
  env: Environment,
): Promise<Destination> {
  const text: SettingReader = settingReader(owner, env)
  switch (effect.kind) {
    case 'stdout':
      return outputDestination()
    case 'file':
      return sharedFileDestination(text('the file', effect.path))
    case 'function':
      return functionDestination((body, { attempt }) => deliver!(body as EffectRecord, { attempt }))
    case 'kafka':
      return openTopic(effect, owner, env, effectRecord)
    case 'webhook': {
      const { url, secret, headers = {}, timeout: timeoutMs, concurrency, allowPrivate } = effect
      return openWebhook({
        url: text('the address', url),
        secret: secret && text('the secret', secret),
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(`header '${name}'`, value)])),
        timeoutMs,
        concurrency,
        allowPrivate,
      })
    }
    case 'answer':
      throw new SpillwayError('SPILL_ASSERT', 'an inline answer has no destination')
  }
}

/** A topic, whose settings are read again at each connection. A mistake in them ends the start. */
function openTopic(
  effect: Extract<EffectIR, { kind: 'kafka' }>,
  owner: string,
  env: Environment,
  recordOf: typeof effectRecord,
): Destination {
  return kafkaDestination(effect.topic, driverOpener(effect, { owner: `${owner}: kafka:${effect.topic}`, env }), recordOf)
}

/**
 * Opens a user's own destination within its deadline, and checks it. `owner` says in messages whose destination it is: `action 'review'`.
 * @throws `SPILL_INPUT` for a setting that cannot be read; `SPILL_CONTRACT` if `open` throws, rejects, takes longer than the deadline, or
 * gives no destination.
 */
export async function openDestination(
  { name, settings, timeout: timeoutMs = limits.DESTINATION_MS, attempts }: Extract<EffectIR, { kind: 'destination' }>,
  open: OpenDestination,
  owner: string,
  env: Environment,
  after: typeof callAfter = callAfter,
): Promise<OpenedDestination> {
  const named = `destination '${name}' of ${owner}`
  const text = settingReader(named, env)
  const texts = Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, text(key, setting)]))
  const opening = (async (): Promise<unknown> => open(texts))()
  const openError = (fault: string, cause?: unknown) =>
    new SpillwayError('SPILL_CONTRACT', `${named} cannot be opened: ${fault}`, { cause })
  const onExpiry = () => {
    throw openError(`it took longer than ${durationText(timeoutMs)}`)
  }
  try {
    return { name, destination: checkDestination(await withDeadline(opening, timeoutMs, onExpiry, after), named), timeoutMs, attempts }
  } catch (error) {
    // One that opens later, after its deadline, is not left open.
    opening.then(late => (late as Destination).close()).catch(() => {})
    throw error instanceof SpillwayError ? error : openError(thrownText(error, 'it'), error)
  }
}
