/** The record of a restore in the log of the folder that it made. */
import type { RestoreOrigin } from './manifest.ts'

/** Name of the stored value. */
export const RESTORED = 'restored'

/** The stored value. Its id tells the history of a restored folder from what the lost folder did after the backup. */
export type RestoredValue = RestoreOrigin
