/**
 * The run of `bench clinic`, in a separate process. Arguments: its data folder, the receiver's address and secret, and the start of the
 * day, UTC ms.
 */
import { openActionDestinations } from '../../src/action/open-destinations.ts'
import { ward } from './clinic-pipeline.ts'
import { serveAndAnswer } from './serving-run.ts'
import { simulatedClock, type Simulated } from './shared-clock.ts'

const [data, url, secret, start] = process.argv.slice(2)
/** The clock stands still until its speed is set. */
let clock = (): number => Number(start)
await serveAndAnswer({
  pipeline: ward,
  data,
  sendings: await openActionDestinations(ward, { CLINIC_URL: url, CLINIC_SECRET: secret }),
  clock: () => clock(),
  answers: { clock: (simulated: Simulated) => void (clock = simulatedClock(simulated)) },
})
