/** The time that a condition holds before its alert opens, and conditions that go on after their cause has ended. */
import { limits } from '../../base/index.ts'
import type { AlertCause } from './alert.ts'
import type { AlertCondition } from './conditions.ts'

/** Causes that follow from others wait longer, so that the cause is known first. */
const downstream: readonly AlertCause[] = ['freshness', 'deadline', 'errors']

/** The time that a condition holds before its alert opens, ms. */
export const pendingMs = ({ cause, isCertain = false }: AlertCondition): number =>
  isCertain ? 0 : downstream.includes(cause) ? limits.ALERT_DOWNSTREAM_PENDING_MS : limits.ALERT_PENDING_MS

/** Does a condition go on for a while after its cause, since a window still has the bad events? A rate of rejections has no first sign. */
export const isResidue = ({ cause, began }: Pick<AlertCondition, 'cause' | 'began'>): boolean =>
  downstream.includes(cause) || (cause === 'dead-letters' && began === undefined)
