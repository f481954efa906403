import { limits } from '../base/limits.ts'

/** How long what is made beside the loop waits after so many failures, from 1, ms: a second, then twice as long each time, up to five minutes. */
export const retryPause = (failures: number): number => Math.min(limits.BATCH_RETRY_MS * 2 ** (failures - 1), limits.BATCH_RETRY_MS_MAX)
