/** Faults in the HTTP routes, one each, to show that random requests detect them. */
import type { Edit } from '../faults/edit.ts'

const json = 'src/serve/body/json-body.ts'
const ingest = 'src/serve/routes/ingest.ts'

export const httpFaults: Readonly<Record<string, Edit>> = {
  'a record of an array that cannot be read is passed over': {
    path: json,
    was: 'undecodable.push(decoded.at(httpOrigin.placeOf(number), rawOf(number)))\n',
    is: '',
  },
  'lines of which none can be read are passed over': {
    path: ingest,
    was: 'const records = batch.records.length + batch.undecodable.length\n      if (records === 0) continue',
    is: 'const records = batch.records.length\n      if (records === 0) continue',
  },
  'an array that breaks off is taken as far as it goes': {
    path: json,
    was: '  throw noJson(`its array has no end in ${bytes.length} bytes`)',
    is: '  return ends',
  },
  'the last element of an array is left out': {
    path: json,
    was: 'if (ends.length > 0 || notBlank(bytes, start) < i) add(start, i)',
    is: 'if (ends.length === 0 && notBlank(bytes, start) < i) add(start, i)',
  },
  'a gzip that was cut off is a stream that ended': {
    path: 'src/serve/body/body.ts',
    was: '  } catch (error) {\n    throw bodyError(error)\n  } finally {\n    share.slowBodies.unwatch(watch)',
    is: "  } catch (error) {\n    if ((error as { code?: string }).code !== 'Z_BUF_ERROR') throw bodyError(error)\n  } finally {\n    share.slowBodies.unwatch(watch)",
  },
  'a webhook is taken whatever its signature': {
    path: 'src/serve/access/webhook-signature.ts',
    was: '  if (!isSigned) throw new UnsignedWebhook(',
    is: '  if (!isSigned && limits.WEBHOOK_TOLERANCE_S === 0) throw new UnsignedWebhook(',
  },
  'a webhook that the source rejects is answered and not kept': {
    path: 'src/serve/routes/webhooks.ts',
    was: 'outcome.add(await share.awaitCommit(1, submit, until))',
    is: 'if (batch.undecodable.length === 0) outcome.add(await share.awaitCommit(1, submit, until))',
  },
  'what is rejected is counted and not kept': {
    path: 'src/run/loop/turns.ts',
    was: '...decided, deadLetters, deadLetterChanges, put }',
    is: '...decided, deadLetters: [], deadLetterChanges, put }',
  },
}
