/**
 * Turns V8's middle compiler off, for the process that imports this and all of its threads.
 *
 * Under Node 24 (V8 13.6) a loop that is entered while it runs by code of Maglev (on-stack replacement) now and then gets a row wrong where the machine is busy: of logistic regressions over the same 65,928 rows one in a
 * hundred had other coefficients in the eighth digit, and AUCs differed by one decision. What is promised to be the same to the bit then is not. Node 20 and 22 do not use Maglev either, and hot loops go on to
 * TurboFan as they do with it.
 *
 * What is called often and has no long loop waits for TurboFan three times as long as V8 would without Maglev, since it counts on Maglev's code meanwhile: a run at 1,000 events/s is as fast as it gets after some
 * five seconds, with the lower count, and after fifteen without it (`bench action`).
 */
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--no-maglev')
// Those before, which are refused as too old, know no such count, and would say so first.
if (parseInt(process.versions.v8) >= 13) setFlagsFromString('--invocation-count-for-turbofan=1000')
