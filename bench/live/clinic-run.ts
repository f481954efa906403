/** The run of `bench clinic`, in a process of its own, by a clock that goes faster. Arguments: its data folder, where pages go and their secret, and the clock as JSON. */
import { sendingsOf } from '../../src/action/sendings.ts'
import { ward } from './clinic-pipeline.ts'
import { serveAndAnswer } from './serving-run.ts'
import { simulatedClock, type Simulated } from './shared-clock.ts'

const [data, url, secret, clock] = process.argv.slice(2)
await serveAndAnswer({
  pipeline: ward,
  data,
  sendings: await sendingsOf(ward, { CLINIC_URL: url, CLINIC_SECRET: secret }),
  clock: simulatedClock(JSON.parse(clock) as Simulated),
})
