import type { Device } from '../../model/device.ts'
import { fieldsOf, type Reading } from '../../model/reading.ts'
import { DEVICE_DATASETS, type DeviceDataset } from '../published-view.ts'

export type ColumnType = 'text' | 'number' | 'boolean' | 'time'

/** A column of a dataset's bulk files; times are in ms since 1970 until they are written. */
export interface ExportColumn {
  readonly name: string
  readonly type: ColumnType
}

/** A value for each column; undefined where there is none. */
export type ExportRow = readonly (string | number | boolean | null | undefined)[]

/** What each row begins with; where a vehicle was is among its fields. */
const DEVICE_COLUMNS: readonly ExportColumn[] = [
  { name: 'device', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'time', type: 'time' },
  { name: 'receivedTime', type: 'time' },
]
const PLACE_COLUMNS: readonly ExportColumn[] = [
  { name: 'longitude', type: 'number' },
  { name: 'latitude', type: 'number' },
]

/** The columns of a dataset of which these fields are told, by the names of the store. */
export function listExportColumns(
  dataset: DeviceDataset,
  fields: readonly string[],
): readonly ExportColumn[] {
  const types = fieldsOf(DEVICE_DATASETS[dataset])
  const measured = fields
    // A display stands where it was put, whatever it says of that.
    .filter((name) => dataset === 'vehicles' || (name !== 'longitude' && name !== 'latitude'))
    .map(
      (name): ExportColumn => ({ name, type: types[name] === 'string' ? 'text' : (types[name] ?? 'text') }),
    )
  return [...DEVICE_COLUMNS, ...(dataset === 'vehicles' ? [] : PLACE_COLUMNS), ...measured]
}

/** Makes rows of readings, each with its device. */
export function createRowMaker(
  columns: readonly ExportColumn[],
  dataset: DeviceDataset,
): (device: Device, reading: Reading) => ExportRow {
  const fields = columns.slice(DEVICE_COLUMNS.length + (dataset === 'vehicles' ? 0 : PLACE_COLUMNS.length))
  return (device, reading) => {
    const row: ExportRow[number][] = [device.id, device.name, reading.time, reading.receivedTime]
    if (dataset !== 'vehicles') row.push(device.longitude, device.latitude)
    for (const { name } of fields) row.push(reading.fields[name])
    return row
  }
}
