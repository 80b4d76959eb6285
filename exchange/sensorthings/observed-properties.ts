import { READING_FIELDS } from '../../model/reading.ts'

/** What a field of readings measures, as others know it. */
export interface ObservedField {
  readonly name: string
  readonly description: string
  /** Where what it means is written down. */
  readonly definition: string
  readonly observationType: ObservationType
  /** Undefined for what has none. */
  readonly unit?: Unit | undefined
}

interface Unit {
  readonly name: string
  readonly symbol: string
  /** The unit's code in the Unified Code for Units of Measure, within the OGC's names. */
  readonly definition: string
}

/** OGC 18-088, table 12. A result of any other shape is an OM_Observation. */
type ObservationType = 'OM_Measurement' | 'OM_CountObservation' | 'OM_TruthObservation' | 'OM_Observation'

/** A field that readings do not have as one: where a vehicle is, from its longitude and latitude. */
export const PLACE_FIELD = 'location'

const PERCENT = ucum('percent', '%', '%')
const CELSIUS = ucum('degree Celsius', '°C', 'Cel')
const DEGREE = ucum('degree', '°', 'deg')
const KPH = ucum('kilometre per hour', 'km/h', 'km/h')

/** The fields that are Datastreams, by their names in readings; the others say what a reading is about. */
export const OBSERVED_FIELDS: Readonly<Record<string, ObservedField>> = {
  fillPercent: measured('Fill level', 'How full a bin is: 0 is empty, 100 is full.', PERCENT),
  distanceMm: measured(
    'Distance to the content',
    'From the sensor to what is in the bin.',
    ucum('millimetre', 'mm', 'mm'),
  ),
  temperatureC: measured('Temperature', 'Of the device, in its case.', CELSIUS, 'quantitykind/Temperature'),
  outsideTemperatureC: measured(
    'Outside temperature',
    'Of the air around the device.',
    CELSIUS,
    'quantitykind/Temperature',
  ),
  batteryPercent: measured('Battery charge', "What is left in the device's battery.", PERCENT),
  batteryVolts: measured(
    'Battery voltage',
    "Of the device's battery.",
    ucum('volt', 'V', 'V'),
    'quantitykind/Voltage',
  ),
  tiltDegrees: measured('Tilt', 'How far a bin is from standing upright.', DEGREE, 'quantitykind/Angle'),
  fireAlarm: { ...measured('Fire', 'Whether a bin is on fire.'), observationType: 'OM_TruthObservation' },
  countsPedestrian: counted('Pedestrians'),
  countsCycle: counted('Cycles'),
  countsMotorcycle: counted('Motorcycles'),
  countsCar: counted('Cars'),
  countsVan: counted('Vans'),
  countsBus: counted('Buses'),
  countsHgv: counted('Heavy goods vehicles'),
  count: counted('Road users'),
  meanSpeedKph: measured(
    'Mean speed',
    'Of the vehicles that passed in an interval.',
    KPH,
    'quantitykind/Speed',
  ),
  speed85Kph: measured(
    '85th percentile speed',
    'The speed that 85 of 100 vehicles did not exceed in an interval.',
    KPH,
    'quantitykind/Speed',
  ),
  occupancyPercent: measured(
    'Occupancy',
    'The share of an interval in which a vehicle stood over the sensor.',
    PERCENT,
  ),
  state: { ...measured('State', 'Of a display: ok, degraded or dark.'), observationType: 'OM_Observation' },
  lightLux: measured(
    'Light',
    'That falls on a display.',
    ucum('lux', 'lx', 'lx'),
    'quantitykind/Illuminance',
  ),
  shockG: measured('Knock', 'The strongest acceleration.', ucum('standard gravity', 'g', '[g]')),
  signalDbm: measured(
    'Signal strength',
    'Of the mobile network.',
    ucum('decibel milliwatt', 'dBm', 'dB[mW]'),
  ),
  lines: { ...measured('Shown lines', 'What a display shows.'), observationType: 'OM_Observation' },
  speedKph: measured('Speed', 'Of a vehicle.', KPH, 'quantitykind/Speed'),
  bearingDegrees: measured(
    'Bearing',
    'Where a vehicle is heading, clockwise from north.',
    DEGREE,
    'quantitykind/Angle',
  ),
  occupancyStatus: {
    ...measured('Occupancy status', 'How full a vehicle is, in the words of GTFS-Realtime.'),
    definition: 'https://gtfs.org/documentation/realtime/reference/#enum-occupancystatus',
    observationType: 'OM_Observation',
  },
  [PLACE_FIELD]: {
    ...measured('Place', 'Where a vehicle is, as a GeoJSON Point.'),
    observationType: 'OM_Observation',
  },
}

/** The fields of the readings of a kind that are Datastreams, in the order of the model. */
export function listObservedFields(kind: keyof typeof READING_FIELDS): readonly string[] {
  const fields = Object.keys(READING_FIELDS[kind]).filter((field) => Object.hasOwn(OBSERVED_FIELDS, field))
  return kind === 'vehicle' ? [PLACE_FIELD, ...fields] : fields
}

function measured(name: string, description: string, unit?: Unit, quantity?: string): ObservedField {
  return {
    name,
    description,
    definition:
      quantity === undefined
        ? `urn:kerbside:property:${name.toLowerCase().replaceAll(' ', '-')}`
        : `http://qudt.org/vocab/${quantity}`,
    observationType: 'OM_Measurement',
    unit,
  }
}

function counted(name: string): ObservedField {
  return {
    ...measured(name, `How many ${name.toLowerCase()} passed in an interval.`),
    observationType: 'OM_CountObservation',
  }
}

function ucum(name: string, symbol: string, code: string): Unit {
  return { name, symbol, definition: `http://www.opengis.net/def/uom/UCUM/${encodeURIComponent(code)}` }
}
