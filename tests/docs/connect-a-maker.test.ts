import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { eventually } from '../fixtures/eventually.ts'
import { startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasMosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'

const run = promisify(execFile)
const PAGE = readFileSync(new URL('../../docs/connect-a-maker.md', import.meta.url), 'utf8')

/** The page's lines for a shell, by something that is in them alone; nobody outside is asked. */
function findExample(part: string): string {
  const found = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, code = '']) =>
    code.includes(part) ? [code] : [],
  )
  expect(found, part).toHaveLength(1)
  return (found[0] ?? '').replace(/mqtts:\/\/[\w.]+:8883/, 'mqtts://127.0.0.1:1')
}

test.skipIf(!hasMosquitto)(
  'the page works as it is written, with Mosquitto as the network',
  { timeout: 180_000 },
  async () => {
    const mosquitto = await startMosquitto()
    onTestFinished(() => mosquitto.stop())
    const kerbside = await startKerbside(['up'], {
      KERBSIDE_DATA: await createFolder(),
      KERBSIDE_ALLOW_PRIVATE: '1',
      KERBSIDE_SECRET_KEY: 'a key that nobody can guess, of 32 characters',
    })
    onTestFinished(() => kerbside.stop())
    const { apiUrl } = kerbside
    await request(apiUrl, '/v1/authorities', { body: { id: 'town', name: 'Town', timeZone: 'UTC' } })
    const cwd = await createFolder()
    const shell = async (part: string) => {
      const env = {
        PATH: process.env['PATH'],
        TOWN: `${apiUrl}/v1/authorities/town`,
        KEY: TEST_ADMIN_KEY,
        PORT: String(mosquitto.port),
      }
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', findExample(part)], { env, cwd })
      return stdout === '' ? undefined : JSON.parse(stdout)
    }

    await shell('"id": "high-street"')
    expect(await request(apiUrl, '/v1/authorities/town/devices/high-street')).toMatchObject({
      kind: 'traffic',
      settings: { mapping: 'telraam' },
    })
    expect(findExample('telraam-high-street')).toContain('"type": "telraam"')
    expect(await shell('"id": "ttn"')).toMatchObject({ type: 'tts', hasCredentials: true })
    expect(await shell('"id": "our-chirpstack"')).toMatchObject({ hasCredentials: true, state: null })
    await eventually(() => shell('connections/our-chirpstack')).toMatchObject({
      state: { isConnected: false, problem: expect.any(String) },
    })
    await shell('"id": "played"')
    await eventually(() => request(apiUrl, '/v1/authorities/town/connections/played')).toMatchObject({
      state: { isConnected: true },
    })
    await shell('mosquitto_pub')
    await eventually(() => shell('found-devices" -H')).toMatchObject({
      items: [{ devEui: '24e124713b493fa1', name: 'Market square 1', suggestedMapping: null, uplinks: 1 }],
    })
    await eventually(() => request(apiUrl, '/v1/authorities/town/ingest')).toMatchObject({ quarantined: 1 })
    await shell('>found.json')
    expect(await shell('mappings/try')).toMatchObject({
      network: 'chirpstack',
      readings: [{ distanceMm: 700, batteryVolts: 3.59 }],
      rejection: null,
    })
    expect(await shell('-d @mapping.json')).toMatchObject({ id: 'acme-level', version: 1 })
    expect(await shell('/adopt')).toMatchObject({
      device: { id: 'market-1', kind: 'bin' },
      stored: 1,
      stillQuarantined: 0,
    })
    expect(await request(apiUrl, '/v1/authorities/town/devices/market-1/readings')).toMatchObject({
      items: [{ distanceMm: 700, fillPercent: expect.closeTo(58.3, 1) }],
    })
  },
)
