import { readFlow } from './describe-thing.ts'
import type { Thing } from './live-town.ts'

const UNITS: readonly (readonly [field: string, name: string, unit: string])[] = [
  ['fillPercent', 'Level', '%'],
  ['distanceMm', 'Distance to the waste', 'mm'],
  ['temperatureC', 'Temperature', '°C'],
  ['outsideTemperatureC', 'Temperature outside', '°C'],
  ['tiltDegrees', 'Tilt', '°'],
  ['batteryPercent', 'Battery', '%'],
  ['batteryVolts', 'Battery', 'V'],
  ['lightLux', 'Light', 'lux'],
  ['signalDbm', 'Signal', 'dBm'],
  ['speedKph', 'Speed', 'km/h'],
  ['meanSpeedKph', 'Mean speed', 'km/h'],
  ['speed85Kph', '85 % are below', 'km/h'],
  ['occupancyPercent', 'Occupied', '% of the time'],
  ['routeId', 'Route', ''],
  ['tripId', 'Trip', ''],
  ['firmware', 'Firmware', ''],
]

/** The latest values in words, in the order of the table above; what was not measured is left out. */
export function listFacts(thing: Thing): [name: string, value: string][] {
  const { properties, layer } = thing
  const facts = UNITS.flatMap(([field, name, unit]): [string, string][] => {
    const value = properties[field]
    if (typeof value === 'number') return [[name, `${round(value)} ${unit}`.trim()]]
    return typeof value === 'string' ? [[name, value]] : []
  })
  if (layer === 'counters') facts.unshift(...listLanes(thing))
  const occupancy = properties['occupancyStatus']
  if (typeof occupancy === 'string') facts.push(['Seats', occupancy.toLowerCase().replaceAll('_', ' ')])
  if (typeof properties['isOnline'] === 'boolean') {
    facts.push(['Connection', properties['isOnline'] ? 'online' : 'offline'])
  }
  return facts
}

function listLanes(thing: Thing): [string, string][] {
  const lanes = thing.properties['lanes'] as readonly Record<string, unknown>[] | undefined
  return (lanes ?? []).map((lane) => {
    const { perHour, meanSpeedKph } = readFlow({ ...thing, properties: lane })
    const name = lane['lane'] === undefined ? String(lane['direction']) : `Lane ${lane['lane']}`
    const speed = meanSpeedKph === undefined ? '' : ` at ${round(meanSpeedKph)} km/h`
    return [name, `${Math.round(perHour)} an hour${speed}`]
  })
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10)
}
