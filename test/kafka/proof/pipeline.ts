/** The pipeline of `prove kafka`: payments that a gate checks, a decision on each of them, and an effect of each decision in a topic. */
import { paymentNotes } from './payment-notes.ts'

export default paymentNotes({ id: 'id' })
