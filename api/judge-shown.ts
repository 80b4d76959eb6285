import type { Device } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { compareLines, type LineFault } from '../signs/compare-lines.ts'
import type { StopBoards } from './stop-boards.ts'

/** Lines that are older are not compared with what is so now. */
export const SHOWN_FRESH_MS = 120_000

/** What is wrong with the lines that a display showed at a time, in ms since 1970. */
export type LineJudge = (lines: readonly string[], time: number) => LineFault[]

/** Judges a display by what is to be shown at its stops. */
export function createLineJudge({
  device,
  found,
  formatLocal,
}: {
  readonly device: Device
  /** Undefined where there is no timetable. */
  readonly found: Pick<StopBoards, 'get'> | undefined
  readonly formatLocal: (time: number) => string
}): LineJudge {
  const inputs = device.stopIds.flatMap((stopId) => found?.get(stopId) ?? [])
  const texts = inputs.flatMap(({ notices }) => notices.flatMap((notice) => notice.texts))
  const expected = {
    departures: inputs.flatMap(({ departures }) => departures),
    unsettled: [],
    texts: [...texts.map(({ text }) => text), device.name ?? ''],
    formatLocal,
  }
  return (lines, time) => compareLines(lines, expected, time)
}

/** The newest lines that a display reported; not judged where they are old. */
export function readShown(
  readings: readonly Reading[],
  judge: LineJudge,
  now: number,
): { lines: readonly string[]; time: number; faults: readonly LineFault[] | null } | null {
  const reading = readings.findLast(({ fields }) => typeof fields['lines'] === 'string')
  if (!reading) return null
  const lines = JSON.parse(reading.fields['lines'] as string) as string[]
  const isFresh = now - reading.time <= SHOWN_FRESH_MS
  return { lines, time: reading.time, faults: isFresh ? judge(lines, reading.time) : null }
}
