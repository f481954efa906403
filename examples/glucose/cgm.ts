/**
 * The clinic's pipeline over the CSV file of a study: columns `id` (of the person), `time` (local, without a zone) and `gl` (mg/dL). Such a
 * file has no arrival times, so each reading arrives when it is measured; and it has each reading once, so none is revised.
 */
import { source, t } from 'spillway'
import { clinic, columns } from './glucose.ts'
import { reading } from './reading.ts'

export interface StudyRow {
  readonly id: string
  readonly time: string
  readonly gl: string
}

/** `zone`: the time zone of the study, such as `'Europe/Zurich'`. */
export const readingsOf = (zone: string) =>
  source('readings', {
    schema: { ...columns, at: t.timestamp({ zone }), uploaded: t.timestamp({ zone }) },
    key: 'patient',
    time: 'at',
    id: 'id',
    arrives: 'uploaded',
    map: ({ id, time, gl }: StudyRow) => reading({ patient: id, glucose: gl, at: time }),
    mapVersion: '1',
  })

export const study = (name: string, zone: string) => clinic(name, readingsOf(zone)).pipeline
