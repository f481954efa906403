/** Opens the destinations of a pipeline's actions, with settings from the environment and files of this machine. */
import { assert, callAfter, SpillwayError, limits, show } from '../base/index.ts'
import type { EffectFunction, EffectRecord, Destination, OpenDestination, Effect, EffectValue } from '../define/action/index.ts'
import type { ActionIR, EffectIR, PipelineIR, SettingIR } from '../define/ir/index.ts'
import type { EffectRoute } from './effect-dispatcher.ts'
import { outputDestination } from './output-destination.ts'
import { functionDestination } from './function-destination.ts'
import { GuardedDestination } from './guarded-destination.ts'
import { openDestination, type OpenedDestination } from './open-destination.ts'
import { settingText, type Environment } from './setting-text.ts'
import { sharedFileDestination } from './shared-file-destination.ts'
import { openWebhook } from './webhook.ts'

/** The definitions that effects come from. */
export interface ActionDefinitions {
  readonly ir: PipelineIR
  /** User functions by action. */
  readonly effects: ReadonlyMap<string, EffectFunction>
  /** Users' own destinations by action. */
  readonly destinations: ReadonlyMap<string, OpenDestination>
}

/**
 * Opens the destinations of all actions but inline answers. Messages show no secret. If one cannot be opened, the others are closed.
 * @throws `SPILL_INPUT` for a missing variable or file, `SPILL_DEFINITION` for invalid settings, `SPILL_CONTRACT` for a user's own destination
 * that cannot be opened or is none.
 */
export async function openRoutes(definitions: ActionDefinitions, env: Environment): Promise<EffectRoute[]> {
  const delivering = (definitions.ir.actions ?? []).filter(({ do: effect }) => effect.kind !== 'answer')
  const opened = await Promise.allSettled(delivering.map(action => routeOf(action, definitions, env)))
  const failed = opened.find(result => result.status === 'rejected')
  const routes = opened.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
  if (!failed) return routes
  await closeRoutes(routes)
  throw failed.reason
}

/** Closes destinations that no dispatcher closes, since the run did not start. Never rejects. */
export async function closeRoutes(routes: readonly Pick<EffectRoute, 'destination' | 'timeoutMs'>[]): Promise<void> {
  const ignored = { name: '', after: callAfter, onReport: () => {} }
  await Promise.all(
    routes.map(({ destination, timeoutMs = limits.DESTINATION_MS }) =>
      new GuardedDestination(destination, { timeoutMs, ...ignored }).close(),
    ),
  )
}

/**
 * Opens the destination of decisions: an effect that `destination`, `webhook`, `appendTo` or `stdout` makes.
 * @throws as `openRoutes` does; `SPILL_DEFINITION` for an effect that no destination delivers.
 */
export async function openDecisionRoute(effect: Effect, env: Environment): Promise<OpenedDestination> {
  const { ir, open } = Object(effect) as Partial<EffectValue>
  if (ir?.kind === 'destination' && open) return openDestination(ir, open, 'the decisions', env)
  if (ir?.kind !== 'webhook' && ir?.kind !== 'file' && ir?.kind !== 'stdout')
    throw new SpillwayError(
      'SPILL_DEFINITION',
      `decisions go to destination({ … }), webhook(…), appendTo(…) or stdout(), got ${show(ir?.kind ?? effect)}`,
    )
  const text = (label: string, setting: SettingIR) => settingText(`decisions: ${label}`, setting, env)
  return { name: ir.kind, destination: await destinationOf(ir, undefined, text) }
}

async function routeOf(action: ActionIR, { effects, destinations }: ActionDefinitions, env: Environment): Promise<EffectRoute> {
  const { name, do: effect } = action
  if (effect.kind === 'destination') {
    const open = destinations.get(name)
    assert(open !== undefined, `the destination of action '${name}' is given with it`)
    return { action: name, ...(await openDestination(effect, open, `action '${name}'`, env)) }
  }
  const text = (label: string, setting: SettingIR) => settingText(`action '${name}': ${label}`, setting, env)
  const attempts = effect.kind === 'webhook' ? effect.attempts : undefined
  return { action: name, attempts, destination: await destinationOf(effect, effects.get(name), text) }
}

async function destinationOf(
  effect: Exclude<EffectIR, { kind: 'destination' }>,
  deliver: EffectFunction | undefined,
  text: (label: string, setting: SettingIR) => string,
): Promise<Destination> {
  switch (effect.kind) {
    case 'stdout':
      return outputDestination()
    case 'file':
      return sharedFileDestination(text('the file', effect.path))
    case 'function':
      return functionDestination((body, { attempt }) => deliver!(body as EffectRecord, { attempt }))
    case 'webhook':
      return openWebhook(webhookSettings(effect, text))
    case 'answer':
      throw new SpillwayError('SPILL_ASSERT', 'an answer is sent to nobody but who asked')
  }
}

function webhookSettings(
  { url, secret, headers, timeout, concurrency, allowPrivate }: Extract<EffectIR, { kind: 'webhook' }>,
  text: (label: string, setting: SettingIR) => string,
): Parameters<typeof openWebhook>[0] {
  return {
    url: text('the address', url),
    ...(secret && { secret: text('the secret', secret) }),
    ...(headers && {
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, text(`header '${name}'`, value)])),
    }),
    timeoutMs: timeout,
    concurrency,
    allowPrivate,
  }
}
