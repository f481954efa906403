/** The folder of a run, as every command that looks into it takes it. */
import type { OptionSpec } from './command.ts'

export const DATA_DEFAULT = '.spillway'

export const dataOption: OptionSpec = { type: 'string', value: 'DIR', help: `the data folder: ${DATA_DEFAULT} unless given` }

/** The folder that was asked for. */
export const dataOf = (values: Readonly<Record<string, unknown>>): string => (values['data'] as string | undefined) ?? DATA_DEFAULT
