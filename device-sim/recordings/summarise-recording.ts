import type { Recording } from './recording.ts'

export interface RecordingSummary {
  readonly devices: number
  /** Distinct identities: what a store holds once all of them are in it. */
  readonly readings: number
  readonly readingsByDevice: Readonly<Record<string, number>>
  /** Of every numeric field, how many readings have it and their sum. */
  readonly fields: Readonly<Record<string, { readonly count: number; readonly sum: number }>>
}

/** What a replay of the whole recording leaves in a store that was empty. */
export function summariseRecording(recording: Recording): RecordingSummary {
  const readingsByDevice: Record<string, number> = {}
  const fields: Record<string, { count: number; sum: number }> = {}
  for (const { device, payload } of recording.readings) {
    readingsByDevice[device] = (readingsByDevice[device] ?? 0) + 1
    for (const [name, value] of Object.entries(payload)) {
      if (typeof value !== 'number') continue
      fields[name] ??= { count: 0, sum: 0 }
      fields[name].count++
      fields[name].sum += value
    }
  }
  return {
    devices: recording.devices.length,
    readings: recording.readings.length,
    readingsByDevice,
    fields,
  }
}
