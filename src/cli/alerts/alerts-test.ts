/** `spillway alerts test`: sends a test notification to the receivers of alerts, and prints what each answered. */
import { didYouMean, SpillwayError } from '../../base/index.ts'
import { testAlertReceivers } from '../../operate/index.ts'
import { type Project, UsageError } from '../command/command.ts'
import { printEach } from '../command/print.ts'

/** Tests all receivers, or those of the given names. Returns 1 if one of them did not take the notification. */
export async function testAlerts(
  names: readonly string[],
  { json = false }: { readonly json?: boolean },
  project: Project,
): Promise<number> {
  const receivers = project.alertDestinations()
  if (receivers.length === 0)
    throw new UsageError(
      "no receiver of alerts is configured; add alerts: { notify: [slack(env('SLACK_WEBHOOK_URL'))] } to spillway.config.ts",
    )
  const known = receivers.map(({ name }) => name)
  const unknown = names.find(name => !known.includes(name))
  if (unknown !== undefined)
    throw new SpillwayError('SPILL_NOT_FOUND', `there is no receiver of alerts '${unknown}'${didYouMean(unknown, known)}`)
  const chosen = receivers.filter(({ name }) => names.length === 0 || names.includes(name))
  const pipeline = project.path === undefined ? 'spillway' : (await project.importPipeline()).ir.name
  const tests = await testAlertReceivers(chosen, pipeline, process.env)
  const width = Math.max(...tests.map(({ name }) => name.length))
  printEach(tests, {
    json,
    textOf: ({ name, delivered, answer }) => `${name.padEnd(width)}  ${delivered ? 'delivered' : 'failed   '}  ${answer}`,
  })
  return tests.every(({ delivered }) => delivered) ? 0 : 1
}
