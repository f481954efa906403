/** Tests the receivers of alerts that a configuration lists. */
import { wallClock } from '../base/index.ts'
import type { AlertDestinationIR } from '../define/config/index.ts'
import { openAlertReceivers, type ReceiverTest, testReceivers } from '../monitor/index.ts'

/**
 * Sends a test alert of a pipeline, and its end, to each receiver, and says what each answered. Settings come from `env`.
 *
 * @throws `SPILL_INPUT` for a variable or file that is missing, `SPILL_DEFINITION` for a setting that does not fit.
 */
export async function testAlertReceivers(
  destinations: readonly AlertDestinationIR[],
  pipeline: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReceiverTest[]> {
  return testReceivers(await openAlertReceivers(destinations, env), pipeline, wallClock)
}
