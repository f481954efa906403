/** The pipeline of `prove kafka` for runs that share the checked topic: the gate has compared the ids. */
import { paymentNotes } from './payment-notes.ts'

export default paymentNotes({})
