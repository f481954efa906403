/**
 * Started with a planted fault, `check-tables.ts SEED CASES LIVES`: exit code 0 if none of the cases of processes that read tables detects
 * it.
 */
import { withServer } from '../postgres/server.ts'
import { readThrough, settings } from './postgres.ts'
import { isSound } from './verdict.ts'

const [first, cases, lives] = process.argv.slice(2).map(Number)
process.exitCode = await withServer(async server => {
  for (let seed = first; seed < first + cases; seed++) {
    const { verdict, events, decisions } = await readThrough(server, lives, seed)
    if (process.env['SPILLWAY_FAULT'] === undefined) console.log(`${seed}: ${events} events, ${decisions} decisions`)
    if (isSound(verdict)) continue
    console.log(`case ${seed}: ${verdict.faults[0]}`)
    return 1
  }
  return 0
}, settings)
