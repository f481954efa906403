/** A trainer that is no part of Spillway: a command that is given rows and gives a model back (docs/training.md has the contract). */
import { show } from '../../base/show.ts'
import type { Duration } from '../../base/time.ts'
import type { ExternalIR } from '../ir/external-ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'

export type { ExternalIR } from '../ir/external-ir.ts'

export interface ExternalOptions {
  /** A program: its path, or its name in the PATH. No shell is between. */
  readonly command: string
  /** In front of the two folders that it is given. */
  readonly args?: readonly string[]
  /** After this it is ended, with all that it has started; an hour unless given. */
  readonly timeout?: Duration
  /** Beside the environment of the process that trains, from which secrets come: what stands here is in the definition. */
  readonly env?: Readonly<Record<string, string>>
}

/** Throws `SPILL_DEFINITION`. */
export function external(options: ExternalOptions): ExternalIR {
  checkOptions('external', options, ['command', 'args', 'timeout', 'env'])
  const { command, args = [], timeout = '1h', env = {} } = options
  if (typeof command !== 'string' || command === '') mistake(`external needs a command, such as 'python3', got ${show(command)}`)
  if (!Array.isArray(args) || !args.every(isText)) mistake(`external: args is a list of texts, got ${show(args)}`)
  if (env === null || typeof env !== 'object' || Array.isArray(env) || !Object.values(env).every(isText))
    mistake(`external: env is a text by the name of each variable, got ${show(env)}`)
  return Object.freeze({ kind: 'external', command, args: [...args], timeout: durationOf('external: timeout', timeout), env: { ...env } })
}

/** What an operating system can be given: it ends a text at a zero byte. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0')
