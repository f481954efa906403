/** What nobody may guess: from the operating system's chance, which no seed replays. */
import { randomBytes } from 'node:crypto'

/** 256 bits as 43 letters, digits, `-` and `_`. */
export const newSecret = (): string => randomBytes(32).toString('base64url')
