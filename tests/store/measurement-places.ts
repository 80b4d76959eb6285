import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { openInfluxdbReadingStore } from '../../store/influxdb-reading-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findInfluxdb, type InfluxdbServer, startInfluxdb } from '../fixtures/start-influxdb.ts'

export type Row = Record<string, unknown>

/** A store, and what a dashboard finds of an authority in the measurement, or in another one. */
export interface MeasurementPlace {
  readonly store: ReadingStore
  read(authority: string, other?: string): Promise<Row[]>
}

/** Describes a measurement on each store. Times are read in ms since 1970, and rows in the order of `orderBy`. */
export function describeMeasurement(
  { measurement, orderBy }: { measurement: string; orderBy: readonly string[] },
  describeOn: (name: string, open: () => Promise<MeasurementPlace>) => void,
): void {
  const keyOf = (row: Row) => orderBy.map((column) => row[column]).join('/')
  const sort = (rows: Row[]) => rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))

  describeOn(`${measurement} in DuckDB`, async () => {
    const path = join(await createFolder(), 'store.duckdb')
    let store = await openDuckdbReadingStore({ path, logger: silentLogger })
    onTestFinished(() => store.close())
    return {
      get store() {
        return store
      },
      async read(authority, name = measurement) {
        // The file is one process's: whoever looks into it waits until the store is closed.
        await store.close()
        const instance = await DuckDBInstance.create(path)
        const connection = await instance.connect()
        const result = await connection.runAndReadAll(`FROM "${name}" WHERE authority = $1`, [authority])
        const rows = result.getRowObjectsJS().map((row) => toMs(row))
        connection.closeSync()
        instance.closeSync()
        store = await openDuckdbReadingStore({ path, logger: silentLogger })
        return sort(rows)
      },
    }
  })

  describe.skipIf(findInfluxdb() === undefined)('on a real InfluxDB', () => {
    let server: InfluxdbServer
    let count = 0
    beforeAll(async () => {
      server = await startInfluxdb()
    }, 60_000)
    afterAll(() => server.close())

    for (const perAuthority of ['', '-{authority}']) {
      describeOn(`${measurement} in InfluxDB, database kerbside${perAuthority}`, async () => {
        const database = `places${++count}${perAuthority}`
        const store = await openInfluxdbReadingStore({
          url: `${server.url}?database=${database}`,
          logger: silentLogger,
        })
        onTestFinished(() => store.close())
        return {
          store,
          async read(authority, name = measurement) {
            const query = `SELECT * FROM "${name}" WHERE "authority" = '${authority}'`
            const databaseName = encodeURIComponent(database.replace('{authority}', authority))
            const url = `${server.url}/query?db=${databaseName}&epoch=ms&q=${encodeURIComponent(query)}`
            const answer = (await (await fetch(url)).json()) as {
              results: { series?: { columns: string[]; values: unknown[][] }[] }[]
            }
            const { columns = [], values = [] } = answer.results[0]?.series?.[0] ?? {}
            const rows = values.map(
              (row): Row => Object.fromEntries(columns.map((column, index) => [column, row[index]])),
            )
            return sort(rows)
          },
        }
      })
    }
  })
}

function toMs(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]),
  )
}
