/**
 * Units that readings arrive in, by the name that a mapping gives them: what they measure, and how they become the unit of
 * Kerbside's fields: value × factor + offset.
 */
export const UNITS = {
  mm: { quantity: 'length', factor: 1, offset: 0 },
  cm: { quantity: 'length', factor: 10, offset: 0 },
  m: { quantity: 'length', factor: 1_000, offset: 0 },
  inch: { quantity: 'length', factor: 25.4, offset: 0 },
  percent: { quantity: 'share', factor: 1, offset: 0 },
  /** 0 to 1. */
  ratio: { quantity: 'share', factor: 100, offset: 0 },
  celsius: { quantity: 'temperature', factor: 1, offset: 0 },
  fahrenheit: { quantity: 'temperature', factor: 1 / 1.8, offset: -32 / 1.8 },
  kelvin: { quantity: 'temperature', factor: 1, offset: -273.15 },
  V: { quantity: 'voltage', factor: 1, offset: 0 },
  mV: { quantity: 'voltage', factor: 0.001, offset: 0 },
  degree: { quantity: 'angle', factor: 1, offset: 0 },
  radian: { quantity: 'angle', factor: 180 / Math.PI, offset: 0 },
  ms: { quantity: 'duration', factor: 0.001, offset: 0 },
  s: { quantity: 'duration', factor: 1, offset: 0 },
  min: { quantity: 'duration', factor: 60, offset: 0 },
  h: { quantity: 'duration', factor: 3_600, offset: 0 },
  'km/h': { quantity: 'speed', factor: 1, offset: 0 },
  'm/s': { quantity: 'speed', factor: 3.6, offset: 0 },
  mph: { quantity: 'speed', factor: 1.609_344, offset: 0 },
  lux: { quantity: 'illuminance', factor: 1, offset: 0 },
  g: { quantity: 'acceleration', factor: 1, offset: 0 },
  dBm: { quantity: 'signal', factor: 1, offset: 0 },
} as const satisfies Record<string, { quantity: string; factor: number; offset: number }>
export type Unit = keyof typeof UNITS
type Quantity = (typeof UNITS)[Unit]['quantity']

/** What a field measures, where it has a unit. */
const FIELD_QUANTITIES: Readonly<Record<string, Quantity>> = {
  fillPercent: 'share',
  batteryPercent: 'share',
  occupancyPercent: 'share',
  distanceMm: 'length',
  temperatureC: 'temperature',
  outsideTemperatureC: 'temperature',
  batteryVolts: 'voltage',
  tiltDegrees: 'angle',
  bearingDegrees: 'angle',
  longitude: 'angle',
  latitude: 'angle',
  intervalSeconds: 'duration',
  meanSpeedKph: 'speed',
  speed85Kph: 'speed',
  speedKph: 'speed',
  lightLux: 'illuminance',
  shockG: 'acceleration',
  signalDbm: 'signal',
}

/** The units that a field may be sent in; none where it is a number of things, a word or a yes and no. */
export function listUnitsOf(field: string): readonly Unit[] {
  const quantity = FIELD_QUANTITIES[field]
  return (Object.keys(UNITS) as Unit[]).filter((unit) => UNITS[unit].quantity === quantity)
}

/** A value in the unit of Kerbside's field, rounded to what no sensor resolves, so that 0.1 + 0.2 is 0.3. */
export function convertUnit(value: number, unit: Unit): number {
  const { factor, offset } = UNITS[unit]
  return Math.round((value * factor + offset) * 1e6) / 1e6
}

/** How else units are written: by makers' codecs, and in the IANA's registry of SenML units (RFC 8428, 12.1; RFC 8798). */
const SPELLINGS: Readonly<Record<string, Unit>> = {
  millimetre: 'mm',
  millimeter: 'mm',
  centimetre: 'cm',
  centimeter: 'cm',
  metre: 'm',
  meter: 'm',
  in: 'inch',
  '%': 'percent',
  '/100': 'percent',
  '%EL': 'percent',
  '/': 'ratio',
  C: 'celsius',
  '°C': 'celsius',
  '℃': 'celsius',
  Cel: 'celsius',
  F: 'fahrenheit',
  '°F': 'fahrenheit',
  '℉': 'fahrenheit',
  K: 'kelvin',
  volt: 'V',
  volts: 'V',
  '°': 'degree',
  deg: 'degree',
  degrees: 'degree',
  lat: 'degree',
  lon: 'degree',
  rad: 'radian',
  sec: 's',
  second: 's',
  seconds: 's',
  minute: 'min',
  minutes: 'min',
  hour: 'h',
  hours: 'h',
  kph: 'km/h',
  kmh: 'km/h',
  lx: 'lux',
}

/** The unit that a text names; undefined where none is known by it. */
export function findUnit(text: string): Unit | undefined {
  const written = text.trim()
  if (Object.hasOwn(UNITS, written)) return written as Unit
  return Object.hasOwn(SPELLINGS, written) ? SPELLINGS[written] : undefined
}
