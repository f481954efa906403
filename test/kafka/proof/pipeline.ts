/** The pipeline of `prove kafka` for its gate, which checks payments of any amount. */
import { paymentNotes } from './payment-notes.ts'

export default paymentNotes({ id: 'id' })
