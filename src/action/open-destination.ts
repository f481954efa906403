/** Opens a user's own destination within its deadline, and checks what was opened. */
import { callAfter, SpillwayError, limits, thrownText, durationText, withDeadline } from '../base/index.ts'
import type { Destination, OpenDestination } from '../define/action/index.ts'
import type { EffectIR } from '../define/ir/index.ts'
import { checkDestination } from './guarded-destination.ts'
import { settingText, type Environment } from './setting-text.ts'

/** An open destination with its name, and the limits of its definition if it is the user's own. */
export interface OpenedDestination {
  readonly name: string
  readonly destination: Destination
  readonly timeoutMs?: number
  readonly attempts?: number | undefined
}

/**
 * `owner` says in messages whose destination it is: `action 'review'`.
 * @throws `SPILL_INPUT` for a setting that cannot be read; `SPILL_CONTRACT` if `open` throws, rejects, takes longer than the deadline, or
 * gives no destination.
 */
export async function openDestination(
  { name, settings, timeout: timeoutMs = limits.DESTINATION_MS, attempts }: Extract<EffectIR, { kind: 'destination' }>,
  open: OpenDestination,
  owner: string,
  env: Environment,
  after: typeof callAfter = callAfter,
): Promise<OpenedDestination> {
  const named = `destination '${name}' of ${owner}`
  const texts = Object.fromEntries(Object.entries(settings).map(([key, setting]) => [key, settingText(`${named}: ${key}`, setting, env)]))
  const opening = (async (): Promise<unknown> => open(texts))()
  const onExpiry = () => {
    throw openError(named, `it took longer than ${durationText(timeoutMs)}`)
  }
  try {
    return { name, destination: checkDestination(await withDeadline(opening, timeoutMs, onExpiry, after), named), timeoutMs, attempts }
  } catch (error) {
    // One that opens later, after its deadline, is not left open.
    opening.then(late => (late as Destination).close()).catch(() => {})
    if (error instanceof SpillwayError) throw error
    throw openError(named, thrownText(error, 'it'), error)
  }
}

const openError = (named: string, fault: string, cause?: unknown): SpillwayError =>
  new SpillwayError('SPILL_CONTRACT', `${named} cannot be opened: ${fault}`, { cause })
