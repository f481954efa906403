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
    meaning: `A definition is wrong: a field that does not exist, an aggregate over a type that it does not take, a name used twice,
      a duration that is none, derived inputs in a circle. The message starts with the file and line where it was written.`,
    fix: `what the message says. Most of these mistakes do not compile either: run \`tsc --noEmit\` on the pipeline file.`,
  },
  SPILL_UNSUPPORTED: {
    meaning: `The definition or command is well-formed and asks for something that does not exist yet, or not in this combination:
      \`before\` under \`corrected\`.`,
    fix: `the message says what to write until it exists.`,
  },
  SPILL_INPUT: {
    meaning: `An option, an argument or a value of a request cannot be used: a number out of its range, an unknown parameter or
      field, a setting that is missing, two options that exclude each other.`,
    fix: `the message names the option or the field, and what is expected there.`,
  },
  SPILL_NOT_FOUND: {
    meaning: `A name is unknown: a source, group, feature, model, report, action or element that the pipeline does not define, a
      column that a file or table does not have, a dead letter, effect, run or version without a record. Over HTTP it is a path, or a name
      in a path or body (404), or a path that takes another method (405, with \`Allow\`).`,
    fix: `the message says what is nearest to it, or what there is.`,
  },
  SPILL_KEY: {
    meaning: `A key does not fit its group: it has another number of columns, or a value of another type (400).`,
    fix: `one value for each key column, in the order of the group's definition; the message names the columns.`,
  },
  SPILL_FILE: {
    meaning: `A file or folder cannot be used: it does not exist, is empty, is a folder where a file is expected, may not be opened
      or written, or is not the one that was read before. One bad row is not this error: it is rejected alone.`,
    fix: `another path, the permission, or room on the disk; the message names the path.`,
  },
  SPILL_FORMAT: {
    meaning: `A file is in a format that Spillway does not read, or its name says no format; or a request has a content type, charset
      or encoding that the server does not take (415), or a body that is not JSON (400). Nothing of it was taken.`,
    fix: `convert the file, or send what the message names: NDJSON, CSV or Parquet as a file; JSON or NDJSON in UTF-8, plain or
      gzip, over HTTP.`,
  },
  SPILL_TRUNCATED: {
    meaning: `A file or the body of a request is cut off or damaged: a gzip without its end, a Parquet file without its footer, a
      connection that broke off (400). What came before the damage of a file was read, where the command says so; nothing of a JSON body was
      taken.`,
    fix: `copy the file again, or send the request again.`,
  },
  SPILL_HISTORY: {
    meaning: `A history or log does not suffice for what is asked of it: it is empty, too short to be divided into blocks, has no
      decision, or no decision with a known outcome.`,
    fix: `more history, or the file of the source from which labels come; the message says what is missing. A run that has just
      begun has it later.`,
  },
  SPILL_PACKAGE: {
    meaning: `An optional package is not installed: \`onnxruntime-node\` for scores of ONNX, \`postgres\` for sources in PostgreSQL.`,
    fix: `the \`npm install\` that the message names.`,
  },
  SPILL_SOURCE: {
    meaning: `A database that a source reads from cannot be reached when the run starts, or is not the one that was read up to the
      place that is known, or it has thrown away changes that were not read yet: a replication slot is gone, or its WAL is. Or the table is
      not the one that was read any more, or its publication does not show all of it. While a run goes on, a database that is away for a
      time is no error: the source waits for it, says so, and goes on where it was. An exception of a source reader of yours is this error
      too, with the name of the reader.`,
    fix: `the message says what was lost, and how to go on; docs/guides/postgres.md has both in full.`,
  },
  SPILL_CONTRACT: {
    meaning: `Your own implementation of a port (a source reader, a destination, a model runtime, a store, a SQL engine, a feature
      table) breaks the port's contract: it throws where it must not, does not end by its deadline, or returns something else than the port
      says. The message names the implementation and the clause of the contract.`,
    fix: `run the port's conformance suite of \`spillway/testing\` on the implementation; docs/extending/ports.md,
      docs/extending/destinations.md and docs/extending/model-runtimes.md show how.`,
  },
  SPILL_RANGE: {
    meaning: `A window holds more values, or larger ones, than exact arithmetic covers: more than 2^22 values under \`variance\` or
      \`slope\` over an exact column, or a sum whose parts pass its bounds. Spillway stops rather than round.`,
    fix: `a shorter window; declared bounds (\`min\`, \`max\`) on the column, so that the definition is rejected before any event
      is read; or \`t.double()\`, if a rounded answer is good enough.`,
  },
  SPILL_LIMIT: {
    meaning: `A named limit was passed: too many keys, strings, events or distinct values. The message names the limit, its value and
      what reached it. The limits stand in \`src/base/limits.ts\` with their units.`,
    fix: `a longer hop or a shorter window for a key with too many entries, a key with fewer values, a shorter history for a
      replay. \`exact: true\` keeps every event of its window: leave it out where a hop will do. A dead letter that was replayed too often
      is edited, or dropped.`,
  },
  SPILL_CLOCK_EVICTED: {
    meaning: `A read asks for the features of a key at a time whose state has been forgotten. Spillway never answers from less than
      the definition says.`,
    fix: `ask at a later time, or replay the history for that time.`,
  },
  SPILL_SCHEMA: {
    meaning: `A source is defined with columns that the events in its log do not have: one that is not nullable was added, or a type
      changed. History is replayed, so every event ever written must be readable as a row of today's columns.`,
    fix: `what the message says: make a new column nullable, give a changed one another name, or start a new source.`,
  },
  SPILL_CLOCK: {
    meaning: `The wall clock jumped ahead by more than an hour while a run was stamping events. Arrivals never fall, so one event
      stamped a year ahead would give every later event that arrival; the run stops before it stamps one.`,
    fix: `set the clock right and start the run again. A clock that jumps back needs nothing: arrivals stay where they are until
      it has caught up.`,
  },
  SPILL_STORE: {
    meaning: `The data folder cannot be read or written: the disk is full, the folder is read-only or does not exist. What was
      acknowledged before is safe; what was not yet acknowledged was not kept, and whoever sent it has been told. Calls to a store that was
      closed have this error, too.`,
    fix: `make room, or give the process the right to write; then start it again, and it goes on where it was.`,
  },
  SPILL_BUSY: {
    meaning: `Another process holds the data folder. One process writes a log, because two would each decide on what the other cannot
      see.`,
    fix: `stop the process that the message names, or give this one another folder with \`--data\`. A process of another
      container cannot be asked from here: stop its container first. Commands that only look (\`decisions\`, \`features\`, \`inspect\`,
      \`dlq list\`) need no folder to themselves, and \`dlq edit\`, \`replay\`, \`drop\` and \`effects retry\`, \`drop\` let the run make
      the change. If they end with this code, the process takes no changes: it starts, stops, or is no run.`,
  },
  SPILL_DATA: {
    meaning: `A stored file is damaged (its checksum does not match, or it ends too early), or was written in a format that this
      version of Spillway does not read; or a stored position of a source is none; or ONNX Runtime does not take a file of ONNX, or it gives
      something else than it says. The message names the file and what is wrong with it. Nothing is read from a damaged part.`,
    fix: `state that is derived (checkpoints) is rebuilt from the log by itself. A damaged log segment is restored from a backup
      of the folder; \`spillway inspect\` says which events it held.`,
  },
  SPILL_STATE: {
    meaning: `Saved state of a feature group cannot be restored: its bytes are damaged or cut off, it was saved by another version of
      the format, or it is of other definitions. Nothing of it is used.`,
    fix: `none by hand: state is derived from the log, so replay the log without it.`,
  },
  SPILL_THREAD: {
    meaning: `The thread of a batch run, a report, a training or a reconciliation ended without a result: it ran out of memory, or a
      native library ended it. The message names the job and the reason. A scheduled job is tried again later.`,
    fix: `give the process more memory, or make the job smaller: shorter windows, a shorter history.`,
  },
  SPILL_STOPPED: {
    meaning: `The run that something was asked of is stopping, or was stopped (503). Nothing of this was taken; what was taken before
      is answered first. A run that ends before it answers a change by \`dlq\`, \`effects\` or \`jobs\` may have made it.
      \`spillway init\` has this error if its input ends at a question; nothing was written.`,
    fix: `send it again to the process that runs next. In your own process: keep what you ask for, and who asks, within the life
      of the run.`,
  },
  SPILL_IMPORT: {
    meaning: `A \`replay --log\` into this data folder was broken off, so that its log ends in the middle of a history. Nothing runs
      on it: an event that came now would arrive in that middle. Or it was begun with other files or another pipeline than those that shall
      finish it.`,
    fix: `the same command again, with the same files: it compares what is there, byte for byte, and goes on behind it. Or begin
      again in a new folder.`,
  },
  SPILL_TOKEN: {
    meaning: `An HTTP request came without a token, or with one that there is not, or not any more (401).`,
    fix: `\`spillway tokens add NAME --role ROLE\` makes one; send it as \`authorization: Bearer spw_…\`.`,
  },
  SPILL_ROLE: {
    meaning: `The token of an HTTP request may not do what it asks for (403). The message names the role that is needed.`,
    fix: `use a token that has the role, or make one.`,
  },
  SPILL_SIGNATURE: {
    meaning: `A webhook came that none of its source's secrets has signed, or whose timestamp is more than five minutes
      (WEBHOOK_TOLERANCE_S) from this machine's clock (401). Nothing of it was taken.`,
    fix: `the secret and the style (\`standard\`, \`stripe\`) of the source's webhook, or the clock of this machine or of the
      sender. The answer does not say which, since its sender is unknown; \`spillway_webhooks_unsigned_total\` at \`/metrics\` does, by
      source and reason.`,
  },
  SPILL_CONFLICT: {
    meaning: `The request is well-formed, but the state of its target does not allow it (409). Operations with this error: edit,
      replay or drop a dead letter that is settled, that another operator is changing, or whose record has changed since it was read; retry
      or drop an effect that is not dead; promote a version that does not exist or cannot score; roll back a model without a promoted
      version; request a batch run of a source without events; cancel a job that does not run; wait for a requested job that is cancelled;
      check a run or a report that is not done, or whose definitions have changed; add a token whose name exists; \`spillway init\` in a
      folder that has these files. An online store has this error, too: for the drop of an active generation, and the activation of a
      dropped one.`,
    fix: `the message says in which state it is. Look at it (\`spillway dlq show\`, \`spillway effects\`, \`spillway models\`)
      before you ask again.`,
  },
  SPILL_REJECTED: {
    meaning: `The one record of an HTTP request was rejected (422). The answer says why; the record is kept whole among the dead
      letters.`,
    fix: `send a record that the source takes, or mend the letter: \`spillway dlq list\`.`,
  },
  SPILL_LISTEN: {
    meaning: `The server cannot listen on its address: the port is in use or needs a permission, or the host is no address of this
      machine.`,
    fix: `another port, or 0 for a free one; a port above 1023; the address of a network interface of this machine.`,
  },
  SPILL_OVERLOAD: {
    meaning: `More of this client waits than the server takes of one client at once, so it turned this request away before it took
      anything of it (429), or has no room for another stream of its (503). The limits are in the message.`,
    fix: `send it again after the seconds that \`Retry-After\` says. If it goes on, the disk or the pipeline is slower than its
      sources.`,
  },
  SPILL_ADDRESS: {
    meaning: `A webhook's host, or one that it redirected to, has only addresses that are not on the public Internet: this machine, a
      private network, a cloud's metadata. Nothing was sent. It is looked at anew with each connection, for what a name means may change.`,
    fix: `another host; or \`allowPrivate: true\`, if the receiver is meant to stand in your own network. Where clouds keep a
      machine's secrets (\`169.254.169.254\` and other link-local addresses) nothing is sent whatever is allowed: a receiver in your network
      may redirect.`,
  },
  SPILL_UNREACHABLE: {
    meaning: `A client of \`spillway/client\` got no answer: there was no connection, it broke off, nothing came in time, or what
      answered is no Spillway server (a proxy's own error page). Of a request that was sent it is not known whether it was taken.`,
    fix: `see that the address is right and the server runs: \`curl ADDRESS/readyz\`. Events that have ids are sent again by the
      client itself, and may be sent again by you: what was taken counts once.`,
  },
  SPILL_GAP: {
    meaning: `A reader of the stream of decisions asked to go on behind a place whose followers are forgotten (\`--keep\`), or that
      is of another log. What lies between is not coming.`,
    fix: `read it from where you keep decisions, or go on without it: \`api.decisions(model, { onGap: why => … })\` is told, and
      the stream goes on with what there is.`,
  },
  SPILL_TRAINING: {
    meaning: `A model cannot be fitted on the rows that were given: there are none, all labels are the same, a label or a weight is
      no number, a column holds an infinite value or has another length than the labels, two columns say the same and no ridge tells them
      apart. Of a run that is asked over HTTP this is \`409\`: no label has settled yet, say. Or an option of a trainer is out of its
      bounds. A column of one value is no error: it has no weight, and the fit names it. Or an external trainer failed, hung, wrote too
      much, or left no model of the inputs: the message has the last lines of what it said.`,
    fix: `the message names the column and the row. A NULL is NaN in a column; a row whose label is not known yet is left out.`,
  },
  SPILL_ASSERT: {
    meaning: `An invariant of Spillway does not hold. This is a bug, whatever the input was.`,
    fix: `please report it, with the message and, if you can, the pipeline file and a few rows that lead to it.`,
  },
}
