/** The option `--at` of commands that choose a backup: a name, or a time. */
import { parseTime } from '../command/arguments.ts'

/** The option. */
export const atOption = {
  value: 'TIME|BACKUP',
  help: 'the newest backup at or before this time, or the backup of this name [default: the newest]',
} as const

/** The name of a backup, or UTC milliseconds. Throws `UsageError` for a text that is neither. */
export const parseBackupAt = (text: string | undefined): string | number | undefined =>
  text !== undefined && /^\d{8}T\d{9}Z-[0-9a-f]{12}$/.test(text) ? text : parseTime('--at', text)
