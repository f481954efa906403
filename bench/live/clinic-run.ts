/** The run of `bench clinic`, in a process of its own. Arguments: its data folder, where pages go and their secret, and when the day begins, UTC ms. */
import { openRoutes } from '../../src/action/routes.ts'
import { ward } from './clinic-pipeline.ts'
import { serveAndAnswer } from './serving-run.ts'
import { simulatedClock, type Simulated } from './shared-clock.ts'

const [data, url, secret, start] = process.argv.slice(2)
/** Stands still until it is told how fast to go. */
let clock = (): number => Number(start)
await serveAndAnswer({
  pipeline: ward,
  data,
  sendings: await openRoutes(ward, { CLINIC_URL: url, CLINIC_SECRET: secret }),
  clock: () => clock(),
  answers: { clock: (simulated: Simulated) => void (clock = simulatedClock(simulated)) },
})
