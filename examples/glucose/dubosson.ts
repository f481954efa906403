/** Nine people with type 1 diabetes in Switzerland (Dubosson et al. 2018). */
import { study } from './cgm.ts'

export default study('dubosson', 'Europe/Zurich')
