/** Decides whether `spillway dev` sends effects. A URL written in the file is usually the production address, so it is never used. */
import { existsSync } from 'node:fs'
import type { ActionIR, PipelineIR, SettingIR } from '../../define/ir/index.ts'

/** The reason to send nothing; undefined if all settings of all actions exist in the environment. */
export function dryRunReason(
  { actions = [] }: Pick<PipelineIR, 'actions'>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  for (const action of actions) {
    const reason = obstacle(action, env)
    if (reason !== undefined) return `action '${action.name}': ${reason}`
  }
  return undefined
}

function obstacle({ do: effect }: ActionIR, env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (effect.kind === 'webhook' && effect.url.kind === 'value') return 'its URL is written in the file and not in the environment'
  if (effect.kind === 'kafka' && effect.brokers.kind === 'value') return 'its brokers are written in the file and not in the environment'
  const ownSettings = effect.kind === 'destination' ? Object.values(effect.settings) : []
  if (effect.kind === 'destination' && ownSettings.every(({ kind }) => kind === 'value'))
    return `destination '${effect.name}' has no setting from the environment, so it may be that of production`
  const missing = settingsOf(effect).find(setting => !exists(setting, env))
  if (missing === undefined || missing.kind === 'value') return undefined
  return missing.kind === 'env' ? `env('${missing.name}') is not set` : `secretFile('${missing.name}') does not exist`
}

function settingsOf(effect: ActionIR['do']): SettingIR[] {
  if (effect.kind === 'file') return [effect.path]
  if (effect.kind === 'destination') return Object.values(effect.settings)
  if (effect.kind === 'kafka') return [effect.brokers, ...settingsIn(effect.sasl), ...settingsIn(effect.tls)]
  if (effect.kind !== 'webhook') return []
  return [effect.url, ...(effect.secret ? [effect.secret] : []), ...Object.values(effect.headers ?? {})]
}

/** All settings in plain data. */
function settingsIn(data: unknown): SettingIR[] {
  if (typeof data !== 'object' || data === null) return []
  return 'kind' in data ? [data as SettingIR] : Object.values(data).flatMap(settingsIn)
}

function exists(setting: SettingIR, env: Readonly<Record<string, string | undefined>>): boolean {
  if (setting.kind === 'value') return true
  return setting.kind === 'env' ? Boolean(env[setting.name]) : existsSync(setting.name)
}
