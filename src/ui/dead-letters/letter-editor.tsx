/**
 * The editor of a dead letter. A save names the version that the person has seen, so the second of two editors gets the newer record and
 * chooses between it and the own edit.
 */
import { useState } from 'preact/hooks'
import type { LetterAnswer, PipelineAnswer, SourceAnswer } from '../core/answers.ts'
import { call, CallError, JsonText } from '../core/server.ts'
import type { Change } from '../parts/use-change.ts'
import { DropForm } from './drop-form.tsx'
import { dropLetters, replayLetters } from './letter-changes.ts'
import {
  changedFields,
  clearedFields,
  editableFields,
  fieldJson,
  fieldsOf,
  fieldText,
  recordDifferences,
  recordProblem,
  type RecordField,
  recordText,
} from './record-fields.ts'
import { RenameForm } from './rename-form.tsx'
import { REPLAY_WARNING } from './replay-advice.ts'

interface EditorProps {
  readonly letter: LetterAnswer
  readonly pipeline: PipelineAnswer
  /** The change because of which a replay may be accepted now. */
  readonly changed: 'edited' | 'redefined' | undefined
  /** Of the page, so that its outcome outlives the editor. */
  readonly change: Change
  readonly onSaved: () => void
}

export function LetterEditor({ letter, pipeline, changed, change, onSaved }: EditorProps) {
  const [sourceName, setSourceName] = useState(letter.source)
  const source = pipeline.sources.find(({ name }) => name === sourceName)
  const begin = editableFields(letter.raw, source)
  const [fields, setFields] = useState(begin)
  const [text, setText] = useState(recordText(letter))
  const [newer, setNewer] = useState<LetterAnswer>()
  const isEdited = fields && begin ? recordDifferences(begin, fields).length > 0 : text !== recordText(letter)

  const cleared = fields && begin ? clearedFields(begin, fields) : []
  const isBlocked = change.isBusy || cleared.length > 0
  const problemOf = (field: RecordField): string | undefined => recordProblem(field, source, letter.detail)
  const isLikely = (isEdited || changed !== undefined) && !fields?.some(problemOf)

  const save = (version: string): Promise<LetterAnswer> =>
    call<LetterAnswer>('PATCH', `/dead-letters/${letter.id}`, fields && begin ? fieldsEdit(version, begin, fields) : { version, raw: text })
  const saveAs = (version: string, andReplay: boolean): void =>
    void change
      .run(async () => {
        let saved = letter
        try {
          if (isEdited) saved = await save(version)
        } catch (error) {
          if (error instanceof CallError && error.status === 409) setNewer(error.body['letter'] as LetterAnswer | undefined)
          throw error
        }
        setNewer(undefined)
        return andReplay ? replayLetters([saved], sourceName) : 'Saved. The record that was rejected is kept beside it.'
      })
      .then(isDone => isDone && onSaved())
  return (
    <section aria-label="Record">
      <h2>Record</h2>
      {letter.isMasked && <MaskNotice />}
      {letter.source === undefined && (
        <SourceChoice names={pipeline.sources.map(({ name }) => name)} chosen={sourceName} onChoose={setSourceName} />
      )}
      {fields ? (
        <FieldRows fields={fields} source={source} cleared={cleared} problemOf={problemOf} onChange={setFields} />
      ) : (
        <textarea class="record" rows={8} aria-label="Record" value={text} onInput={event => setText(event.currentTarget.value)} />
      )}
      {cleared.length === 0 && <Preview letter={letter} fields={fields} />}
      {changed === 'redefined' && <p>The definitions have changed since it was rejected.</p>}
      <p class="soft">{REPLAY_WARNING}</p>
      {newer && <Conflict letter={newer} onTheirs={onSaved} onMine={() => saveAs(newer.version, false)} />}
      <div class="buttons">
        <button type="button" class={isLikely ? 'primary' : undefined} disabled={isBlocked} onClick={() => saveAs(letter.version, true)}>
          {isEdited ? 'Save and replay' : 'Replay'}
        </button>
        <button type="button" disabled={!isEdited || isBlocked} onClick={() => saveAs(letter.version, false)}>
          Save
        </button>
        {source && !isEdited && <RenameForm letters={[letter]} source={source} change={change} />}
        <DropForm
          items={[letter]}
          isBusy={change.isBusy}
          onDrop={async (letters, why) => {
            const isDropped = await change.run(() => dropLetters(letters, why))
            if (isDropped) onSaved()
            return isDropped
          }}
        />
      </div>
    </section>
  )
}

/** The body of an edit of fields. JSON as text, since numbers keep their digits. */
const fieldsEdit = (version: string, begin: readonly RecordField[], fields: readonly RecordField[]): JsonText =>
  new JsonText(`{"version":${JSON.stringify(version)},"set":${changedFields(begin, fields)}}`)

const MaskNotice = () => (
  <p class="soft">
    Personal data are masked as ***, since your roles do not include “personal”. Fields that you do not change keep their values.
  </p>
)

interface SourceChoiceProps {
  readonly names: readonly string[]
  readonly chosen: string | undefined
  readonly onChoose: (name: string | undefined) => void
}

function SourceChoice({ names, chosen, onChoose }: SourceChoiceProps) {
  return (
    <label>
      Source to replay it to
      <select value={chosen ?? ''} onChange={event => onChoose(event.currentTarget.value || undefined)}>
        <option value="">choose one</option>
        {names.map(name => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  )
}

interface FieldRowsProps {
  readonly fields: readonly RecordField[]
  readonly source: SourceAnswer | undefined
  /** Fields that had a value and are empty now. */
  readonly cleared: readonly string[]
  readonly problemOf: (field: RecordField) => string | undefined
  readonly onChange: (fields: RecordField[]) => void
}

function FieldRows({ fields, source, cleared, problemOf, onChange }: FieldRowsProps) {
  const set = (name: string, json: string): void => onChange(fields.map(field => (field.name === name ? { name, json } : field)))
  return (
    <div class="fields">
      {fields.map(({ name, json }) => {
        const column = source?.columns.find(candidate => candidate.name === name)
        const problem = cleared.includes(name) ? 'cannot be removed: write a value' : problemOf({ name, json })
        const id = `field-${name}`
        return (
          <div key={name} class="field">
            <label for={id}>
              {name} <span class="type">{column?.type ?? 'no column'}</span>
            </label>
            <input
              id={id}
              type="text"
              value={fieldText(json)}
              onInput={event => set(name, fieldJson(event.currentTarget.value, column))}
              {...(problem !== undefined && { 'aria-invalid': true, 'aria-describedby': `${id}-problem` })}
            />
            {problem !== undefined && (
              <span id={`${id}-problem`} class="bad">
                {problem}
              </span>
            )}
          </div>
        )
      })}
    </div>
  )
}

/** The difference between the record as it came and as it would be sent. */
function Preview({ letter, fields }: { readonly letter: LetterAnswer; readonly fields: readonly RecordField[] | undefined }) {
  const original = fieldsOf(letter.original ?? letter.raw)
  if (!fields || !original) return null
  const differences = recordDifferences(original, fields)
  if (differences.length === 0) return <p class="soft">As it came: a replay sends the same record again.</p>
  return (
    <table class="diff">
      <caption>A replay sends this record; it differs from the one that was rejected in:</caption>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">As it came</th>
          <th scope="col">As it is sent</th>
        </tr>
      </thead>
      <tbody>
        {differences.map(({ name, before, after }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="gone">{before ?? 'missing'}</td>
            <td class="come">{after ?? 'missing'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface ConflictProps {
  readonly letter: LetterAnswer
  readonly onTheirs: () => void
  readonly onMine: () => void
}

function Conflict({ letter, onTheirs, onMine }: ConflictProps) {
  return (
    <div class="banner" role="alert">
      <p>Somebody else has changed the record since you opened it. It is now:</p>
      <pre class="record">{recordText(letter)}</pre>
      <div class="buttons">
        <button type="button" onClick={onTheirs}>
          Take theirs
        </button>
        <button type="button" onClick={onMine}>
          Set my fields on theirs
        </button>
      </div>
    </div>
  )
}
