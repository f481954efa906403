/**
 * The random numbers with which the hash tables of this process begin: nobody can choose texts or numbers that share a hash.
 *
 * They decide where a value lies in a table and nothing else: ids are in the order of insertion, and no hash is stored or leaves its thread,
 * whose tables have numbers of their own. So a seed still replays a run.
 */
import { randomBytes } from 'node:crypto'

const bytes = randomBytes(8)

/** Start of a hash, 32 bits. */
export const HASH_START = bytes.readInt32LE()
/** Odd, and 5 modulo 16: with other remainders a change of the highest bits of a word more often has one and the same effect. */
export const HASH_MULTIPLIER = (bytes.readInt32LE(4) & ~15) | 5
