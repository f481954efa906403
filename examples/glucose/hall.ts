/** Fifty-seven mostly healthy people in California (Hall et al. 2018). */
import { study } from './cgm.ts'

export default study('hall', 'America/Los_Angeles')
