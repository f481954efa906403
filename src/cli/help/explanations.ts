/** Meaning, causes and fix of each error code, for `spillway explain`. A test compares the page of errors in docs/ with this table. */
import type { ErrorCode } from '../../base/index.ts'

/** An explanation, in Markdown without links. White space between words is free. */
export interface Explanation {
  /** The meaning of the code and its causes. */
  readonly meaning: string
  readonly fix: string
}

/** Explanations by error code. */
export const explanations: Readonly<Record<ErrorCode, Explanation>> = {
  SPILL_NODE_TOO_OLD: {
    meaning: `The running Node is older than the one that Spillway needs.`,
    fix: `\`npm install --save-dev node@24\`, after which npm scripts and \`npx\` run on that Node; or install Node 24.`,
  },
  SPILL_DEFINITION: {
    meaning: `A definition is wrong: an unknown field, an aggregate over a type that it does not accept, a name used twice, an
      invalid duration, inputs that depend on each other in a circle. The message starts with the file and line.`,
    fix: `the message has it. Most of these mistakes do not compile: run \`tsc --noEmit\` on the pipeline file.`,
  },
  SPILL_UNSUPPORTED: {
    meaning: `The definition or command is well-formed, and asks for something that does not exist, or not in this combination:
      \`before\` under \`corrected\`.`,
    fix: `the message names an alternative.`,
  },
  SPILL_INPUT: {
    meaning: `An option, an argument or a value of a request is invalid: a number out of its range, an unknown parameter or field, a
      missing setting, two options that exclude each other.`,
    fix: `the message names the option or field, and what it expects.`,
  },
  SPILL_NOT_FOUND: {
    meaning: `A name is unknown: a source, group, feature, model, report, action or element that the pipeline does not define, a
      column that a file or table does not have, a dead letter, effect, run or version without a record. Over HTTP it is a path, or
      a name in a path or body (404), or a path with other methods (405, with \`Allow\`).`,
    fix: `the message has the nearest name, or all names.`,
  },
  SPILL_KEY: {
    meaning: `A key does not fit its group: it has another number of columns, or a value of another type (400).`,
    fix: `one value for each key column, in the order of the group's definition; the message names the columns.`,
  },
  SPILL_FILE: {
    meaning: `A file or folder cannot be used: it does not exist, is empty, is a folder in place of a file, may not be opened or
      written, or is not the file that was read before. A bad row is not this error: it is rejected alone.`,
    fix: `another path, the permission, or room on the disk; the message names the path.`,
  },
  SPILL_FORMAT: {
    meaning: `A file has a format that Spillway does not read, or its name has no format; or a request has a content type, charset
      or encoding that the server does not accept (415), or a body that is not JSON (400). Nothing of it was taken.`,
    fix: `convert the file, or send what the message names: NDJSON, CSV or Parquet as a file; JSON or NDJSON in UTF-8, plain or
      gzip, over HTTP.`,
  },
  SPILL_TRUNCATED: {
    meaning: `A file or the body of a request is cut off or damaged: a gzip without its end, a Parquet file without its footer, a
      broken connection (400). The part of a file before the damage was read, if the command says so; nothing of a JSON body was
      taken.`,
    fix: `copy the file again, or send the request again.`,
  },
  SPILL_HISTORY: {
    meaning: `A history or log does not suffice: it is empty, too short for its blocks, or has no decision, or none with a known
      outcome.`,
    fix: `more history, or the file of the label's source; the message names what is missing. A new run has it later.`,
  },
  SPILL_PACKAGE: {
    meaning: `An optional package is not installed: \`onnxruntime-node\` for scores of ONNX, \`postgres\` for sources in PostgreSQL,
      \`@platformatic/kafka\` for topics of Kafka.`,
    fix: `the \`npm install\` that the message names.`,
  },
  SPILL_SOURCE: {
    meaning: `A source cannot continue. A database or cluster is unreachable when the run starts, or is not the one that was read
      before. Changes are lost: a replication slot or its WAL is gone, the server was set back to before the last position, another
      table has taken the name, or the publication no longer shows all changes. A topic does not exist, rejects the client, or no
      longer has records that were not read or that were read; or a batch of it is corrupt. Or your own source reader has thrown; the
      message has its name. A database or cluster that is away for a time during a run is no error: the source waits for it. Over HTTP
      (503), a gate was cut off from its topics, and some of the events of the request may be durable.`,
    fix: `the message says what is lost, and how to continue; docs/guides/postgres.md, docs/guides/postgres-changes.md and
      docs/kafka.md have the details.`,
  },
  SPILL_CONTRACT: {
    meaning: `Your own implementation of a port (a source reader, a destination, a model runtime, a store, a SQL engine, a feature
      table) breaks the port's contract: it throws where it must not, misses its deadline, or returns something else. The message
      names the implementation and the clause of the contract.`,
    fix: `run the port's conformance suite of \`spillway/testing\` on the implementation; docs/extending/ports.md shows how.`,
  },
  SPILL_RANGE: {
    meaning: `A window holds more or larger values than exact arithmetic covers: more than 2^22 values under \`variance\` or
      \`slope\` over an exact column, or a sum beyond its bounds. Spillway does not round instead.`,
    fix: `a shorter window; declared bounds (\`min\`, \`max\`) on the column, so that the definition is rejected before any event is
      read; or \`t.double()\`, if a rounded value is good enough.`,
  },
  SPILL_LIMIT: {
    meaning: `A named limit was passed: too many keys, strings, events or distinct values. The message has the limit, its value, and
      what reached it. docs/reference/limits.md lists all limits.`,
    fix: `a longer hop or a shorter window for a key with many entries, a key with fewer values, a shorter history for a replay.
      \`exact: true\` keeps every event of its window: remove it if a hop is good enough. Edit or drop a dead letter that was
      replayed too often.`,
  },
  SPILL_CLOCK_EVICTED: {
    meaning: `A read asks for features at a time whose state was deleted. Spillway does not answer from less than the definition
      says.`,
    fix: `ask for a later time, or replay the history up to that time.`,
  },
  SPILL_SCHEMA: {
    meaning: `The events of a log cannot be read with today's columns of their source: a column was added that is neither nullable nor
      has a default, a type changed, or a rename leads to several columns. Or the new columns break the compatibility level of the
      source. The log is replayed, so every event in it must fit today's columns.`,
    fix: `the message names the column, the version and the migration path; schema evolution has all of them.`,
  },
  SPILL_CLOCK: {
    meaning: `The clock of the machine jumped ahead by more than an hour during a run. Arrivals never decrease, so one event stamped
      a year ahead would give that arrival to every later event. The run stops before it stamps one. A machine that was suspended
      for longer, such as a laptop, looks the same. Or the newest backup of a target was made at a later time than now: it would
      stay the newest, and hide the next ones.`,
    fix: `correct the clock and start the run again. A clock that jumps back needs no fix: arrivals stay constant until it has
      caught up. If the clock was ahead when that backup was made, delete the manifest that the message names.`,
  },
  SPILL_STORE: {
    meaning: `The data folder cannot be read or written: the disk is full, the folder is read-only or does not exist. Acknowledged
      events are safe; other events were not kept, and their senders were told. A call to a closed store has this error too, and so has
      a run whose log was deleted or replaced under it: it acknowledges nothing from then on.`,
    fix: `make room, or give the process the permission to write. Then start it again; it continues where it was. Restore a log that
      was deleted from a backup.`,
  },
  SPILL_BACKUP: {
    meaning: `The target of a backup, a folder or a bucket of S3, has no backup, is full, or cannot be read or written. The run goes on,
      and earlier backups stay as they are.`,
    fix: `the message has the cause and what to do. Then back up again: what the target has already is not copied again. A scheduled
      backup is tried again by itself.`,
  },
  SPILL_BUSY: {
    meaning: `Another process holds the data folder. One process writes a log, because two would each decide on what the other
      cannot see.`,
    fix: `stop the process that the message names, or use another folder with \`--data\`. A process of another container does not
      see this one: stop its container. Commands that only read (\`decisions\`, \`features\`, \`inspect\`, \`dlq list\`) work beside
      a run, and \`dlq edit\`, \`replay\`, \`drop\` and \`effects retry\`, \`drop\` ask the run. If they have this error, the
      process is starting or stopping, or is no run. A training set whose decisions were deleted by \`run --keep\` while it was
      written is made again.`,
  },
  SPILL_FENCED: {
    meaning: `Another gate writes the same topics, and Kafka rejects the writes of this one from then on, so that each event is written
      once. It ends; nothing is lost.`,
    fix: `none, if you replaced one gate by another. Otherwise run one gate for each checked topic: look for a second deployment, or
      a restart that did not wait for the old process.`,
  },
  SPILL_DATA: {
    meaning: `A stored file is damaged (a wrong checksum, or an early end), or has a format that this version of Spillway does not
      read; or a stored position of a source is invalid; or ONNX Runtime does not load an ONNX file, or its outputs differ from its
      declaration. The message names the file and the damage. Nothing is read from a damaged part.`,
    fix: `derived state is rebuilt from the log without you. Restore a damaged log segment from a backup of the folder; \`spillway
      inspect\` lists the affected events.`,
  },
  SPILL_STATE: {
    meaning: `Saved state of a feature group cannot be restored: it is damaged or cut off, or was saved by another format version or
      other definitions. Nothing of it is used.`,
    fix: `replay the log without it; state is derived from the log.`,
  },
  SPILL_THREAD: {
    meaning: `The thread of a batch run, a report, a training or a reconciliation ended without a result: it ran out of memory, or a
      native library ended it. The message names the job and the reason. A scheduled job is tried again later.`,
    fix: `give the process more memory, or make the job smaller: shorter windows, a shorter history.`,
  },
  SPILL_STOPPED: {
    meaning: `The run is stopping or has stopped (503). It took nothing of this request; what it took before is answered first. A
      run that ends before it answers a change by \`dlq\`, \`effects\` or \`jobs\` may have made it. \`spillway init\` has this
      error if its input ends at a question; then it wrote nothing.`,
    fix: `send the request to the next process. In your own process: keep callers within the life of the run.`,
  },
  SPILL_IMPORT: {
    meaning: `A \`replay --log\` into this data folder was interrupted, so its log ends in the middle of a history. Nothing runs on
      it, because new events would arrive in that middle. Or the command was repeated with other files or another pipeline. Or
      a run that ended early left events in the folder without their decisions and effects.`,
    fix: `repeat the same command with the same files: it compares them with the log byte for byte, and continues. Or begin again in
      a new folder. After a run that ended early, start \`spillway run\` once.`,
  },
  SPILL_TOKEN: {
    meaning: `An HTTP request has no token, or an unknown or revoked one (401).`,
    fix: `\`spillway tokens add NAME --role ROLE\` creates a token; send it as \`authorization: Bearer spw_…\`.`,
  },
  SPILL_ROLE: {
    meaning: `The token of an HTTP request does not have the required role (403), which the message names.`,
    fix: `use a token with the role, or create one.`,
  },
  SPILL_SIGNATURE: {
    meaning: `A webhook has no valid signature by any secret of its source, or its timestamp differs by more than five minutes
      (\`WEBHOOK_TOLERANCE_S\`) from this machine's clock (401). Nothing of it was taken.`,
    fix: `the secret and the style (\`standard\`, \`stripe\`) of the source's webhook, or the clock of this machine or of the
      sender. The answer has no reason, since its sender is unknown; \`spillway_webhooks_unsigned_total\` at \`/metrics\` has it, by
      source and reason.`,
  },
  SPILL_CONFLICT: {
    meaning: `Someone else was first (409). A dead letter or an effect is being changed by another operator; a dead letter has a
      newer record than the edit, or was settled since a repair was planned; an audit runs already. Nothing was changed.`,
    fix: `look at the target again (\`spillway dlq show\`, \`spillway effects\`), and repeat the request if it is still right.`,
  },
  SPILL_PRECONDITION: {
    meaning: `The request is well-formed, but the state of its target does not allow it (409). A dead letter is settled. An effect to
      retry or drop is not dead. An alert to acknowledge is resolved. A version to promote does not exist or cannot score; a model to
      roll back has no promoted version. A batch run is requested of a source without events. A job to cancel does not run. A run or a
      report to check is not done, or its definitions have changed. The run has another version of the pipeline. An online store is
      asked to drop an active generation, or to activate a dropped one.`,
    fix: `the message names the state; the same request fails until the state is another one.`,
  },
  SPILL_EXISTS: {
    meaning: `A name or a place is in use already (409). There is a token of this name; the folder of \`spillway init\` has these files;
      the folder of \`spillway restore\` is not empty; a target of backups has those of another log. Nothing was written.`,
    fix: `choose a different name, folder or target, or move away what is there.`,
  },
  SPILL_CANCELLED: {
    meaning: `The job that a request started was cancelled by an operator (409). Its ledger records the attempt as failed; the previous
      result stays in use.`,
    fix: `none is needed: the job runs again at its next time. Request it again to have it earlier.`,
  },
  SPILL_REJECTED: {
    meaning: `The only record of an HTTP request was rejected (422). The answer has the reason; the record is a dead letter.`,
    fix: `send a valid record, or edit the dead letter: \`spillway dlq list\`.`,
  },
  SPILL_LISTEN: {
    meaning: `The server cannot listen on its address: the port is in use or needs a permission, or the host is no address of this
      machine.`,
    fix: `another port, or 0 for a free one; a port above 1023; the address of a network interface of this machine.`,
  },
  SPILL_OVERLOAD: {
    meaning: `This client has used up its share of the server, so the request was rejected before anything of it was taken (429), or
      there is no room for another stream of the client, or a gate decides nothing yet (503). The message has the reason.`,
    fix: `send it again after \`Retry-After\` seconds. If that continues, the disk or the pipeline is slower than its sources.`,
  },
  SPILL_ADDRESS: {
    meaning: `The host of a webhook, or of its redirect, has only addresses that are not public: this machine, a private network, a
      cloud's metadata. Nothing was sent. Addresses are checked with each connection.`,
    fix: `another host; or \`allowPrivate: true\`, if the receiver is in your own network. Link-local addresses, such as the
      metadata address \`169.254.169.254\`, are never allowed, because a receiver in your network may redirect there.`,
  },
  SPILL_UNREACHABLE: {
    meaning: `A client of \`spillway/client\` got no answer of Spillway: no connection, a broken one, a timeout, or the error page
      of a proxy. A request that was sent may have been taken.`,
    fix: `check the address and the server: \`curl ADDRESS/readyz\`. The client retries events with ids, and you may send them
      again: they count once.`,
  },
  SPILL_GAP: {
    meaning: `A reader of the stream of decisions asked to continue after a position whose successors were deleted (\`--keep\`), or
      that is of another log. The decisions in between do not come.`,
    fix: `read them from your own copy, or continue without them: \`api.decisions(model, { onGap: why => … })\`.`,
  },
  SPILL_TRAINING: {
    meaning: `A model cannot be fitted on its rows: there are none, all labels are the same, a label or a weight is no number, a
      column has an infinite value or another length than the labels, or two columns are collinear without a ridge. Over HTTP it is
      \`409\`, for example while no label has settled. An option of a trainer may be out of its bounds. An external trainer may have
      failed, hung, written too much, or left no model of the inputs; the message has the last lines of its output. A constant
      column is no error: it has no weight, and the fit names it.`,
    fix: `the message names the column and the row. NULL is NaN in a column. Leave out rows whose label is not known yet.`,
  },
  SPILL_ASSERT: {
    meaning: `An invariant of Spillway does not hold. This is a bug, whatever the input was.`,
    fix: `please report it, with the message and, if you can, the pipeline file and a few rows that lead to it.`,
  },
}
