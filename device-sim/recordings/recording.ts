import { existsSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { KerbsideError } from '../../model/error.ts'
import type { DeviceToRegister } from '../client/register-devices.ts'
import { readBinFill } from './bin-fill.ts'
import type { RecordedReading } from './recorded-rows.ts'
import { readTrafficCounts } from './traffic-counts.ts'
import { readVehiclePositions } from './vehicle-positions.ts'

/** What a folder of recorded files holds, in the order of `sentTime`, each identity once: of duplicates the last. */
export interface Recording {
  readonly format: RecordingFormat
  /** The authority that it is published for, unless another one is named. */
  readonly authority: { readonly id: string; readonly name: string; readonly timeZone: string }
  readonly devices: readonly DeviceToRegister[]
  readonly readings: readonly RecordedReading[]
  /** Rows that gave an identity that an earlier row had given already. */
  readonly duplicateCount: number
  /** The first and last reading's time, in ms since 1970. */
  readonly firstTime: number
  readonly lastTime: number
}

const FORMATS = {
  'bin-fill': { files: ['fill.csv.gz', 'sites.csv'], read: readBinFill },
  'traffic-counts': { files: ['counts.csv.gz', 'sites.csv'], read: readTrafficCounts },
  'vehicle-positions': { files: ['vehicle_positions_*.csv.gz'], read: readVehiclePositions },
} as const
export type RecordingFormat = keyof typeof FORMATS

/** Reads a folder of recorded files; its format is told by the names of the files in it. */
export async function openRecording(path: string): Promise<Recording> {
  if (!existsSync(path) || !statSync(path).isDirectory()) {
    throw new KerbsideError('INVALID_FILE', `${path} is no folder; ${allowedFormats()}`)
  }
  const format = await detectFormat(path)
  const { timeZone, devices, readings } = await FORMATS[format].read(path)
  const byIdentity = new Map<string, RecordedReading>()
  for (const reading of readings) byIdentity.set(identityOf(reading), reading)
  const ordered = [...byIdentity.values()].sort((a, b) => a.sentTime - b.sentTime)
  const first = ordered[0]
  if (!first) throw new KerbsideError('INVALID_FILE', `${path} has no readings`)
  const times = ordered.map(({ time }) => time)
  return {
    format,
    authority: { id: authorityIdOf(path), name: basename(path), timeZone },
    devices,
    readings: ordered,
    duplicateCount: readings.length - ordered.length,
    firstTime: times.reduce((a, b) => Math.min(a, b)),
    lastTime: times.reduce((a, b) => Math.max(a, b)),
  }
}

async function detectFormat(path: string): Promise<RecordingFormat> {
  const names = await readdir(path)
  for (const [format, { files }] of Object.entries(FORMATS)) {
    const hasAll = files.every((pattern) => {
      const [before = '', after] = pattern.split('*')
      return after === undefined
        ? existsSync(join(path, pattern))
        : names.some((name) => name.startsWith(before) && name.endsWith(after))
    })
    if (hasAll) return format as RecordingFormat
  }
  throw new KerbsideError('INVALID_FILE', `${path} has no recording that is known; ${allowedFormats()}`)
}

function allowedFormats(): string {
  const formats = Object.entries(FORMATS).map(([format, { files }]) => `${files.join(' and ')} (${format})`)
  return `allowed is a folder with ${formats.join(', or ')}`
}

function identityOf({ device, time, payload }: RecordedReading): string {
  return `${device} ${payload['lane'] ?? ''} ${payload['direction'] ?? ''} ${time}`
}

function authorityIdOf(path: string): string {
  const id = basename(path)
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 63)
  return id === '' ? 'replay' : id
}
