import { KINDS, type Kind } from '../devices/device.ts'

export { KINDS, type Kind }

/** What a rule says; all of it is in the JSON of the mapping, and the commonest beside the payload's fields. */
export interface Rule {
  readonly from?: string
  readonly to: string
  readonly unit?: string
  readonly [more: string]: unknown
}

/** As `GET …/mappings/{id}` has it. */
export interface Mapping {
  readonly id: string
  readonly name: string
  readonly kind: Kind
  readonly rules: readonly Rule[]
  readonly parts: readonly unknown[]
  readonly version?: number
  readonly isReady?: boolean
}

/** What a payload's field may become, the commonest first. */
export const TARGETS: Readonly<Record<Kind, readonly string[]>> = {
  bin: [
    'distanceMm',
    'fillPercent',
    'temperatureC',
    'batteryPercent',
    'batteryVolts',
    'tiltDegrees',
    'fireAlarm',
    'time',
  ],
  traffic: [
    'count',
    'counts.pedestrian',
    'counts.cycle',
    'counts.motorcycle',
    'counts.car',
    'counts.van',
    'counts.bus',
    'counts.hgv',
    'intervalSeconds',
    'meanSpeedKph',
    'speed85Kph',
    'occupancyPercent',
    'time',
  ],
  display: ['state', 'temperatureC', 'lightLux', 'batteryPercent', 'firmware', 'time'],
  vehicle: [
    'longitude',
    'latitude',
    'bearingDegrees',
    'speedKph',
    'tripId',
    'routeId',
    'occupancyStatus',
    'time',
  ],
}

/** What it may be sent in. */
export const UNITS = [
  'mm',
  'cm',
  'm',
  'inch',
  'percent',
  'ratio',
  'celsius',
  'fahrenheit',
  'kelvin',
  'V',
  'mV',
  'degree',
  'radian',
  'ms',
  's',
  'min',
  'h',
  'km/h',
  'm/s',
  'mph',
  'lux',
] as const

/** Without what the API adds to it. */
export function writeMapping({ id, name, kind, rules, parts }: Mapping): string {
  return JSON.stringify({ id, name, kind, rules, ...(parts.length > 0 && { parts }) }, undefined, 2)
}
