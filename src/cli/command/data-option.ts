/** The `--data` option, which all commands over a data folder share. */
import type { OptionSpec } from './command.ts'

/** Default of `--data`. */
export const DEFAULT_DATA_FOLDER = '.spillway'

/** The option `--data`. */
export const dataOption: OptionSpec = { type: 'string', value: 'DIR', help: `the data folder (default ${DEFAULT_DATA_FOLDER})` }

/** The data folder that the user named, or the default. */
export const dataFolderOf = (values: Readonly<Record<string, unknown>>): string =>
  (values['data'] as string | undefined) ?? DEFAULT_DATA_FOLDER
