/** A trainer outside Spillway: a command that gets rows and returns a model (contract: docs/training.md). */
import { show, type Duration } from '../../base/index.ts'
import type { ExternalIR } from '../ir/external-ir.ts'
import { durationOf, mistake } from '../mistake/mistake.ts'
import { checkOptions } from '../mistake/names.ts'

export type { ExternalIR } from '../ir/external-ir.ts'

/** Options of `external`. */
export interface ExternalOptions {
  /** A program: its path, or its name in the PATH. It runs without a shell. */
  readonly command: string
  /** Arguments before the two folders that the command gets. */
  readonly args?: readonly string[]
  /** Timeout, after which the command and all processes that it started are ended. Default 1 hour. */
  readonly timeout?: Duration
  /** Further environment variables. They are part of the definition: pass secrets through the environment of the training process. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * A trainer for `train`: a command that gets the training rows as Parquet and leaves coefficients, trees or ONNX
 * (docs/training.md).
 *
 * @throws SpillwayError `SPILL_DEFINITION` for an option that does not fit.
 * @example
 * const trainer = external({ command: 'python3', args: ['train.py'], timeout: '30m' })
 */
export function external(options: ExternalOptions): ExternalIR {
  checkOptions('external', options, ['command', 'args', 'timeout', 'env'])
  const { command, args = [], timeout = '1h', env = {} } = options
  if (typeof command !== 'string' || command === '') mistake(`external needs a command, such as 'python3', got ${show(command)}`)
  if (!Array.isArray(args) || !args.every(isText)) mistake(`external: args is a list of texts, got ${show(args)}`)
  if (env === null || typeof env !== 'object' || Array.isArray(env) || !Object.values(env).every(isText))
    mistake(`external: env is a text by the name of each variable, got ${show(env)}`)
  return Object.freeze({ kind: 'external', command, args: [...args], timeout: durationOf('external: timeout', timeout), env: { ...env } })
}

/** True for a text that an operating system accepts as an argument: without a zero byte. */
const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0')
