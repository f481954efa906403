/**
 * Turns off V8's Maglev compiler, for the process that imports this file and all its threads.
 *
 * Node 24 (V8 13.6) may compute a row wrong when a running loop enters Maglev code (on-stack replacement) on a busy machine. Of
 * logistic regressions over the same 65,928 rows one in a hundred differed in the eighth digit of its coefficients, which
 * breaks results that are promised to be equal to the bit. Node 20 and 22 do not use Maglev either, and hot loops still reach
 * TurboFan.
 *
 * Functions that are called often and have no long loop wait for TurboFan three times as long as without Maglev, since V8
 * counts on Maglev code meanwhile. The lower invocation count below corrects that: a run at 1,000 events/s is at full speed
 * after 5 s instead of 15 s (`bench action`).
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--no-maglev')
// Older Node versions, which are rejected as too old, do not have this flag and would print so first.
if (parseInt(process.versions.v8) >= 13) setFlagsFromString('--invocation-count-for-turbofan=1000')
