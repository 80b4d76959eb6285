import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { type KerbsideProcess, startKerbside } from '../fixtures/start-kerbside.ts'
import { hasPostgres, startPostgres } from '../fixtures/start-postgres.ts'

const ROOT = new URL('../../', import.meta.url)
const COMPOSE = fileURLToPath(new URL('docker-compose.yml', ROOT))
const PROVISIONING = '/etc/grafana/provisioning'

interface Service {
  readonly image?: string
  readonly volumes?: readonly string[]
  readonly command?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** `${NAME:-default}` as its default, and `$$` as `$`: what compose makes of the file where nothing is set. */
function interpolate(value: string): string {
  return value.replace(/\$\{\w+:-([^}]*)\}|\$\$/g, (_, fallback?: string) => fallback ?? '$')
}

async function readServices(): Promise<Map<string, Service>> {
  const file: { services: Record<string, Service> } = parse(await readFile(COMPOSE, 'utf8'), { merge: true })
  return new Map(Object.entries(file.services))
}

test('the compose file has every part of the services’ shape, with no port open to other machines', async () => {
  const services = await readServices()
  expect([...services.keys()]).toEqual(
    expect.arrayContaining(['broker', 'ingest', 'api', 'device-sim', 'influxdb', 'postgres', 'grafana']),
  )
  for (const { ports = [] } of services.values() as Iterable<{ ports?: string[] }>) {
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  }
})

test('its Grafana is given the dashboards, opens with one of them, and asks the InfluxDB beside it', async () => {
  const services = await readServices()
  const { image, volumes = [], environment = {} } = services.get('grafana') ?? {}
  expect(image).toMatch(/^grafana\/grafana:12\./)
  expect(volumes).toContain(`./dashboards/provisioning:${PROVISIONING}:ro`)
  const here = (path: string) => new URL(`dashboards/provisioning${path.replace(PROVISIONING, '')}`, ROOT)
  const home = JSON.parse(
    await readFile(here(environment['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? ''), 'utf8'),
  )
  expect(home.uid).toBe('kerbside-bins')
  const { datasources } = parse(await readFile(here('/datasources/kerbside.yaml'), 'utf8'))
  const [{ url, jsonData, secureJsonData }] = datasources
  const store = new URL(
    interpolate(services.get('api')?.environment?.['KERBSIDE_STORE'] ?? '').replace('influxdb:', ''),
  )
  expect(new URL(url).host).toBe(store.host)
  expect(jsonData.dbName).toBe(store.searchParams.get('database'))
  // The token that Grafana finds in its environment is the one that Kerbside writes with.
  expect(secureJsonData.httpHeaderValue1).toBe('Token $INFLUXDB_TOKEN')
  expect(interpolate(environment['INFLUXDB_TOKEN'] ?? '')).toBe(store.password)
})

test.skipIf(!findInfluxdb() || !hasPostgres)(
  'its services’ own commands and settings, started as processes, bring a simulated town to the API',
  { timeout: 240_000 },
  async () => {
    const influxdb = await startInfluxdb()
    onTestFinished(() => influxdb.close())
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const services = await readServices()
    const running = new Map<string, KerbsideProcess>()

    // What the names of compose's network are on this machine.
    const resolve = (value: string): string =>
      interpolate(value)
        .replace(/http:\/\/[^@/]*@influxdb:8086/, influxdb.url)
        .replace(/^postgres:\/\/.*/, postgres.url)
        .replace('broker:1883', new URL(running.get('broker')?.mqttUrl ?? 'mqtt://none').host)
        .replace('api:8080', new URL(running.get('api')?.apiUrl ?? 'http://none').host)
        .replace(/^0\.0\.0\.0:\d+$/, '127.0.0.1:0')

    const start = async (name: string): Promise<KerbsideProcess> => {
      const { command = [], environment = {} } = services.get(name) ?? {}
      const settings = Object.entries(environment).map(([key, value]) => [key, resolve(value)])
      const process = await startKerbside(command, {
        ...Object.fromEntries(settings),
        KERBSIDE_DATA: await createFolder(),
      })
      onTestFinished(() => process.stop())
      running.set(name, process)
      return process
    }

    const api = await start('api')
    await start('broker')
    await start('ingest')
    await start('device-sim')
    const key = interpolate(services.get('api')?.environment?.['KERBSIDE_ADMIN_KEY'] ?? '')
    await expect
      .poll(
        async () => {
          const path = '/v1/authorities/demo/bins'
          const bins = await request<{ features: { properties: { fillPercent?: number } }[] }>(
            api.apiUrl,
            path,
            { key },
          )
          return bins.features.filter(({ properties }) => properties.fillPercent !== undefined).length
        },
        { timeout: 180_000, interval: 500 },
      )
      .toBeGreaterThan(50)
    const balance = await request<Record<'accepted' | 'stored' | 'quarantined' | 'pending', number>>(
      api.apiUrl,
      '/v1/authorities/demo/ingest',
      { key },
    )
    expect(balance.accepted).toBe(balance.stored + balance.quarantined + balance.pending)
    expect(balance.quarantined).toBe(0)
    // Nobody has imported a map: its rounds follow the streets of the simulated town.
    const streets = await request<{ tiles: string[] }>(api.apiUrl, '/v1/authorities/demo/streets', { key })
    expect(streets.tiles).toHaveLength(1)
  },
)
