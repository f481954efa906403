/** The clinic's pipeline with a tick of one second, for a demonstration without waiting five minutes. */
import { clinic, readings } from './glucose.ts'

export default clinic('glucose', readings, '1s').pipeline
