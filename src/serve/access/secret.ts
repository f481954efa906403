/** Random secrets, from the operating system's generator, which no seed replays. */
import { randomBytes } from 'node:crypto'

/** A new secret: 256 bits as 43 letters, digits, `-` and `_`. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
