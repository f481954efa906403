/** The bytes of a value are not of its format. A decoder throws it, and the caller rejects the record with its message. */
export class MalformedValue extends Error {
  override readonly name = 'MalformedValue'
}
