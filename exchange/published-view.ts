import type { Authority } from '../model/authority.ts'
import type { Device, Kind, Settings } from '../model/device.ts'
import type { FieldValue, Reading } from '../model/reading.ts'
import { roundPlace } from './round-place.ts'

/** The published datasets that are made of devices' readings, and the kind that each has. */
export const DEVICE_DATASETS = {
  bins: 'bin',
  counters: 'traffic',
  displays: 'display',
  vehicles: 'vehicle',
} as const satisfies Record<string, Kind>
export type DeviceDataset = keyof typeof DEVICE_DATASETS

/** What somebody may see of a dataset's devices and readings. */
export interface PublishedView {
  /** In ms since 1970: what was measured after this is not told. Infinity without a delay. */
  readonly toldUntil: number
  /** The device as it is shown, always the same object for the same device; undefined where it is not told. */
  findDevice(device: Device): Device | undefined
  /** The reading of a device that is told; undefined where it is too young. */
  findReading(reading: Reading): Reading | undefined
}

/**
 * The one place that decides what is seen without a key. `now` in ms since 1970. Of readings, the fields that are about the
 * world rather than about the device; of devices, no UPRN and few settings. A bin with a UPRN stands at a household: it is left
 * out, or, where the authority has set `roundPlacesM`, told without its name and street, at the nearest point of that grid.
 */
export function createPublishedView(
  { publication }: Pick<Authority, 'publication'>,
  dataset: DeviceDataset,
  now: number,
): PublishedView {
  const { delaySeconds = 0 } = publication?.[dataset] ?? {}
  const gridM = dataset === 'bins' ? publication?.bins?.roundPlacesM : undefined
  const toldUntil = delaySeconds === 0 ? Number.POSITIVE_INFINITY : now - delaySeconds * 1000
  return {
    toldUntil,
    findDevice: (device) => (isHousehold(device) ? findHousehold(device, gridM) : showDevice(device)),
    findReading: (reading) => (measuredUntil(reading) > toldUntil ? undefined : showReading(reading)),
  }
}

/** What a key of the authority lets see: everything, at once. */
export const WHOLE_VIEW: PublishedView = {
  toldUntil: Number.POSITIVE_INFINITY,
  findDevice: (device) => device,
  findReading: (reading) => reading,
}

/** Whose bin it is can be told from where it stands. */
export function isHousehold({ kind, uprn }: Device): boolean {
  return kind === 'bin' && uprn !== null
}

/** When its measuring was over, in ms since 1970; a counter's time is when its interval began. */
export function measuredUntil({ time, fields }: Reading): number {
  const { intervalSeconds } = fields
  return typeof intervalSeconds === 'number' ? time + intervalSeconds * 1000 : time
}

/** The settings that say what a device is to those that use its data. */
const PUBLIC_SETTINGS = [
  'reportIntervalSeconds',
  'area',
  'stream',
  'capacityLitres',
] as const satisfies (keyof Settings)[]

/** The fields that everybody may see, by their names in the store; the others are for those who keep the devices. */
export const PUBLIC_FIELDS: Readonly<Record<Kind, readonly string[]>> = {
  bin: ['fillPercent', 'temperatureC'],
  traffic: [
    'intervalSeconds',
    'lane',
    'direction',
    'countsPedestrian',
    'countsCycle',
    'countsMotorcycle',
    'countsCar',
    'countsVan',
    'countsBus',
    'countsHgv',
    'count',
    'meanSpeedKph',
    'speed85Kph',
    'occupancyPercent',
  ],
  display: ['state', 'outsideTemperatureC', 'lines'],
  vehicle: [
    'longitude',
    'latitude',
    'bearingDegrees',
    'speedKph',
    'tripId',
    'startDate',
    'startTime',
    'routeId',
    'directionId',
    'occupancyStatus',
  ],
}

// What writers keep of a device is kept by the object, so the same one is shown each time.
const shownDevices = new WeakMap<Device, Device>()
const shownHouseholds = new WeakMap<Device, { gridM: number; device: Device }>()

function showDevice(device: Device): Device {
  let shown = shownDevices.get(device)
  if (!shown) {
    shown = { ...device, uprn: null, settings: showSettings(device) }
    shownDevices.set(device, shown)
  }
  return shown
}

function findHousehold(device: Device, gridM: number | undefined): Device | undefined {
  if (gridM === undefined) return undefined
  const known = shownHouseholds.get(device)
  if (known?.gridM === gridM) return known.device
  const { longitude, latitude } = device
  const place =
    longitude === null || latitude === null ? NO_PLACE : roundPlace({ longitude, latitude }, gridM)
  const shown = { ...showDevice(device), name: null, usrn: null, stopIds: [], ...place }
  shownHouseholds.set(device, { gridM, device: shown })
  return shown
}

const NO_PLACE = { longitude: null, latitude: null }

function showSettings({ settings }: Device): Settings {
  return Object.fromEntries(
    PUBLIC_SETTINGS.flatMap((name) => (settings[name] === undefined ? [] : [[name, settings[name]]])),
  )
}

function showReading(reading: Reading): Reading {
  const fields: Record<string, FieldValue> = {}
  for (const name of PUBLIC_FIELDS[reading.kind]) {
    const value = reading.fields[name]
    if (value !== undefined) fields[name] = value
  }
  return { ...reading, fields }
}
