/** The `--data` option, which all commands over a data folder share. */
import type { OptionSpec } from './command.ts'

/** Default of `--data`. */
export const DATA_DEFAULT = '.spillway'

/** The option `--data`. */
export const dataOption: OptionSpec = { type: 'string', value: 'DIR', help: `the data folder (default ${DATA_DEFAULT})` }

/** The data folder that the user named, or the default. */
export const dataOf = (values: Readonly<Record<string, unknown>>): string => (values['data'] as string | undefined) ?? DATA_DEFAULT
