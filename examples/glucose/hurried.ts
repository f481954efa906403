/** The clinic's pipeline at a tick of a second, for whoever watches it and does not want to wait for five minutes. */
import { clinic, readings } from './glucose.ts'

export default clinic('glucose', readings, '1s').pipeline
