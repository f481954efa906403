/**
 * Settings: values that a pipeline file refers to and does not contain, such as addresses that differ between machines, and
 * secrets.
 */
import { show } from '../../base/index.ts'
import type { SettingIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'

declare const setting: unique symbol

/** A value that is read when a run starts. It is no part of the IR or of any output. */
export interface Setting {
  readonly [setting]: true
}

class SettingValue {
  readonly ir: SettingIR
  constructor(ir: SettingIR) {
    this.ir = Object.freeze(ir)
    Object.freeze(this)
  }
}

/**
 * Value of an environment variable, read when a run starts. A run without the variable does not start.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an empty name.
 * @example
 * webhook(env('REVIEW_URL'), { secret: env('REVIEW_SECRET') })
 */
export const env = (name: string): Setting => namedSetting('env', name)

/**
 * Content of a file without white space at its end, read when a run starts: for secrets that are mounted as files.
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an empty path.
 * @example
 * webhook(env('REVIEW_URL'), { secret: secretFile('/run/secrets/review') })
 */
export const secretFile = (path: string): Setting => namedSetting('file', path)

function namedSetting(kind: 'env' | 'file', name: unknown): Setting {
  const subject =
    kind === 'env' ? "env needs the name of a variable: env('CLINIC_URL')" : "secretFile needs a path: secretFile('/run/secrets/hook')"
  if (typeof name !== 'string' || name === '') mistake(`${subject}, got ${show(name)}`)
  return new SettingValue({ kind, name }) as unknown as Setting
}

/** IR of a setting, or of the text itself. Throws `SPILL_DEFINITION`. */
export function settingIR(subject: string, value: unknown): SettingIR {
  if (value instanceof SettingValue) return value.ir
  if (typeof value !== 'string' || value === '') mistake(`${subject} is a text or env('NAME'), got ${show(value)}`)
  return { kind: 'value', value }
}
