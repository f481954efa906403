/** First import of every public entry: throws `SPILL_NODE_TOO_OLD` before anything else runs. */
import './compilers.ts'
import { nodeTooOld } from '../node-version.ts'

const tooOld = nodeTooOld(process.versions.node)
if (tooOld) throw tooOld
