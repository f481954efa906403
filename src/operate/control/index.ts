/** Changes to a live run by another process: the control socket, dead letters, effects, jobs, and the operator log. */
export { controlRequests } from './control-request.ts'
export { DeadLetterRecipient, type SendableDeadLetter } from './dead-letter-recipient.ts'
export { recordFields } from './dead-letter-record.ts'
export { sendAll } from './dead-letter-replay.ts'
export { type OpenControl, openControl, type OpenControlOptions } from './open-control.ts'
export {
  type DeadLetterEdit,
  type DeadLetterReplayResult,
  jobKinds,
  type OmittedDeadLetter,
  type ReplayedDeadLetter,
  type RunControl,
} from './run-control.ts'
export { serveRunControl } from './serve-control.ts'
