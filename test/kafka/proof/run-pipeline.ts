/** The pipeline of `prove kafka` for a run that reads the checked topic whole: a decision on each payment, and an effect of each decision. */
import { paymentNotes } from './payment-notes.ts'
import { RUN_AMOUNT_MAX } from './run-settings.ts'

export default paymentNotes({ id: 'id', amountMax: RUN_AMOUNT_MAX })
