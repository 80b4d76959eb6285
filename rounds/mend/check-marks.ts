import { type InputFault, KerbsideError } from '../../model/error.ts'
import type { Round } from '../../model/round.ts'
import type { NewRoundMark, RoundMark } from '../../model/round-mark.ts'
import { formatTime } from '../../model/time.ts'
import type { RoundInput } from '../round-input.ts'
import { type MarkedDay, readMarks } from './read-marks.ts'

/** A round that so much was marked of takes no more: it is a loop, or another day's. */
const MARKS_MAX = 10_000
/** As for readings: clocks of crews' devices differ. */
const AHEAD_MAX_MS = 600_000
const DAY_MS = 86_400_000

/**
 * What of the marks is new to the round, as it is to be kept; `now` in ms since 1970. A mark that says what holds already is
 * not. Throws a KerbsideError INVALID_REQUEST that names ids that are not there and times that cannot be, and CONFLICT
 * where the round takes no more.
 */
export function checkMarks(
  { marks }: { readonly marks: readonly NewRoundMark[] },
  { round, input, now }: { readonly round: Round; readonly input: RoundInput; readonly now: number },
): RoundMark[] {
  const faults = marks.flatMap((mark, index) =>
    findFaults(mark, { round, input, now }).map(({ path, message }) => ({
      path: `${index}.${path}`,
      message,
    })),
  )
  if (faults.length > 0) {
    const words = faults.slice(0, 3).map(({ path, message }) => `${path}: ${message}`)
    throw new KerbsideError('INVALID_REQUEST', `This cannot be marked: ${words.join('; ')}`, { faults })
  }
  const kept = [...(round.marks ?? [])]
  const fresh: RoundMark[] = []
  for (const mark of marks) {
    const timed = { ...mark, time: formatTime(mark.time === undefined ? now : Date.parse(mark.time)) }
    if (holdsAlready(timed, kept, readMarks(kept))) continue
    kept.push(timed)
    fresh.push(timed)
  }
  if (kept.length > MARKS_MAX) {
    throw new KerbsideError('CONFLICT', `The round ${round.id} has ${MARKS_MAX} marks, and takes no more`)
  }
  return fresh
}

function findFaults(
  { type, deviceId, tipId, lorryId, time }: NewRoundMark,
  { round, input, now }: { readonly round: Round; readonly input: RoundInput; readonly now: number },
): InputFault[] {
  const faults: InputFault[] = []
  const isIn = (id: string, things: readonly { readonly id: string }[]): boolean =>
    things.some((thing) => thing.id === id)
  const planned = round.lorries.some(({ stops }) => stops.some((stop) => stop.deviceId === deviceId))
  if (deviceId !== undefined && !planned && !isIn(deviceId, input.bins)) {
    faults.push({ path: 'deviceId', message: `there is no bin ${deviceId}` })
  } else if (type === 'done' && deviceId !== undefined && !planned && lorryId === undefined) {
    faults.push({ path: 'lorryId', message: `is needed, as bin ${deviceId} is in no lorry's plan` })
  }
  if (tipId !== undefined && !isIn(tipId, input.tips)) {
    faults.push({ path: 'tipId', message: `there is no tip ${tipId}` })
  }
  const drives = round.lorries.some((lorry) => lorry.lorryId === lorryId)
  if (lorryId !== undefined && !drives && !isIn(lorryId, input.lorries)) {
    faults.push({ path: 'lorryId', message: `there is no lorry ${lorryId}` })
  }
  const [at, day] = [
    time === undefined ? now : Date.parse(time),
    Date.parse(`${round.request.date}T00:00:00Z`),
  ]
  if (at > now + AHEAD_MAX_MS) faults.push({ path: 'time', message: 'is in the future' })
  else if (at < day - DAY_MS || at > day + 2 * DAY_MS) {
    faults.push({ path: 'time', message: `is not of the round's day, ${round.request.date}` })
  }
  return faults
}

function holdsAlready(mark: RoundMark, kept: readonly RoundMark[], day: MarkedDay): boolean {
  const { type, deviceId, lorryId, tipId, fillPercent } = mark
  switch (type) {
    case 'done':
      if (deviceId === undefined) {
        return day.tips.some(
          (tip) => tip.lorryId === lorryId && tip.tipId === tipId && tip.time === Date.parse(mark.time),
        )
      }
      return day.lifts.get(deviceId)?.status === 'done'
    case 'impossible':
      return deviceId !== undefined && day.lifts.get(deviceId)?.status === 'impossible'
    case 'breakdown':
      return lorryId !== undefined && day.broken.has(lorryId)
    case 'reading':
      return deviceId !== undefined && day.levels.get(deviceId)?.fillPercent === fillPercent
    case 'blocked':
    case 'reopened': {
      const before = readMarks(kept)
      const after = readMarks([...kept, mark])
      const sizesOf = ({ lifts, broken, blocked }: MarkedDay): number =>
        lifts.size + broken.size + blocked.length
      return sizesOf(before) === sizesOf(after)
    }
  }
}
