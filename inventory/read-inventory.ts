import { readFile } from 'node:fs/promises'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Inventory } from './inventory.ts'
import { readCsvRows } from './read-csv-rows.ts'
import { readGeoJsonRows } from './read-geojson-rows.ts'

/** More bytes than that is no list of a town's things. */
const FILE_BYTES_MAX = 256 * 1024 * 1024

/**
 * Reads a GeoJSON FeatureCollection of points, or a CSV file whose first line names the columns. Rejects with a
 * KerbsideError INVALID_FILE where it is neither.
 */
export async function readInventory(path: string): Promise<Inventory> {
  let text: string
  try {
    const bytes = await readFile(path)
    if (bytes.length > FILE_BYTES_MAX) {
      throw new Error(`it has ${bytes.length} bytes, and ${FILE_BYTES_MAX} are allowed`)
    }
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
  try {
    return text.trimStart().startsWith('{') ? readGeoJsonRows(text) : readCsvRows(text)
  } catch (error) {
    throw new KerbsideError('INVALID_FILE', `${path}: ${messageOf(error)}`, { cause: error })
  }
}
