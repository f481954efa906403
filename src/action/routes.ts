/** Opens the destinations of a pipeline's actions, with settings from the environment and files of this machine. */
import { readFileSync } from 'node:fs'
import { SpillwayError } from '../base/errors.ts'
import type { EffectFunction, EffectRecord } from '../define/action/action.ts'
import type { ActionIR, EffectIR, PipelineIR, SettingIR } from '../define/ir/ir.ts'
import type { EffectRoute } from './effect-dispatcher.ts'
import { outputDestination } from './output-destination.ts'
import { functionDestination } from './function-destination.ts'
import { sharedFileDestination } from './shared-file-destination.ts'
import { openWebhook } from './webhook.ts'

/** The definitions that effects come from. */
export interface ActionDefinitions {
  readonly ir: PipelineIR
  /** User functions by action. */
  readonly effects: ReadonlyMap<string, EffectFunction>
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Opens the destinations of all actions but inline answers. Messages show no secret.
 * @throws `SPILL_INPUT` for a missing variable or file, `SPILL_DEFINITION` for invalid settings.
 */
export function openRoutes({ ir, effects }: ActionDefinitions, env: Environment): Promise<EffectRoute[]> {
  const delivering = (ir.actions ?? []).filter(({ do: effect }) => effect.kind !== 'answer')
  return Promise.all(
    delivering.map(async action => ({
      action: action.name,
      destination: await destinationOf(action, effects.get(action.name), env),
      ...(action.do.kind === 'webhook' && action.do.attempts !== undefined && { attempts: action.do.attempts }),
    })),
  )
}

async function destinationOf(
  { name, do: effect }: ActionIR,
  deliver: EffectFunction | undefined,
  env: Environment,
): Promise<EffectRoute['destination']> {
  const text = (label: string, setting: SettingIR) => settingText(`action '${name}': ${label}`, setting, env)
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

function settingText(label: string, setting: SettingIR, env: Environment): string {
  switch (setting.kind) {
    case 'value':
      return setting.value
    case 'env': {
      const value = env[setting.name]
      if (value === undefined || value === '')
        throw new SpillwayError('SPILL_INPUT', `${label} is env('${setting.name}'), which is not set; export it first`)
      return value
    }
    case 'file':
      try {
        return readFileSync(setting.name, 'utf8').trimEnd()
      } catch (error) {
        throw new SpillwayError('SPILL_INPUT', `${label} cannot be read: ${(error as NodeJS.ErrnoException).code}`, {
          place: setting.name,
          cause: error,
        })
      }
  }
}
