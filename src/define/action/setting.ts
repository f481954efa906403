/** Values that a pipeline file names and does not hold: addresses that differ between machines, and secrets. */
import { show } from '../../base/show.ts'
import type { SettingIR } from '../ir/ir.ts'
import { mistake } from '../mistake/mistake.ts'

declare const setting: unique symbol

/** A value that is looked up when a run starts, and is nowhere in what the pipeline is printed as. */
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

/** The value of an environment variable. A run that finds none does not start. */
export const env = (name: string): Setting => named('env', name)

/** What a file holds, without the white space at its end: where secrets are mounted as files. */
export const secretFile = (path: string): Setting => named('file', path)

function named(kind: 'env' | 'file', name: unknown): Setting {
  const what =
    kind === 'env' ? "env needs the name of a variable: env('CLINIC_URL')" : "secretFile needs a path: secretFile('/run/secrets/hook')"
  if (typeof name !== 'string' || name === '') mistake(`${what}, got ${show(name)}`)
  return new SettingValue({ kind, name }) as unknown as Setting
}

/** A setting, or the text itself. */
export function settingOf(what: string, given: unknown): SettingIR {
  if (given instanceof SettingValue) return given.ir
  if (typeof given !== 'string' || given === '') mistake(`${what} is a text or env('NAME'), got ${show(given)}`)
  return { kind: 'value', value: given }
}
