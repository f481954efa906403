/** Uploads as lines of NDJSON. */
import type { Sent } from './sent.ts'

const DAY = 86_400

/** `start` is UTC seconds at a midnight. */
export function lineOf(start: number): (sent: Sent) => string {
  const days: string[] = []
  /** `Date` for each reading would cost more than everything else. */
  const moment = (seconds: number): string => {
    const day = Math.floor(seconds / DAY)
    days[day] ??= new Date((start + day * DAY) * 1000).toISOString().slice(0, 11)
    const rest = seconds - day * DAY
    return `${days[day]}${two[Math.floor(rest / 3600)]}:${two[Math.floor(rest / 60) % 60]}:${two[rest % 60]}Z`
  }
  return ({ patient, at, uploaded, glucose, id }) => {
    const value = typeof glucose === 'number' ? glucose : `"${glucose}"`
    const identified = id === undefined ? '' : `,"id":"${id}"`
    return `{"patient":"p${patient}","glucose":${value},"at":"${moment(at)}","uploaded":"${moment(uploaded)}"${identified}}\n`
  }
}

const two = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'))
