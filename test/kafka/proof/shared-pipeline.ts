/** The pipeline of `prove kafka` for runs that share the checked topic: the gate has compared the ids. */
import { paymentNotes } from './payment-notes.ts'
import { RUN_AMOUNT_MAX } from './run-settings.ts'

export default paymentNotes({ amountMax: RUN_AMOUNT_MAX })
