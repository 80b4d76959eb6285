import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UNITS as SHOWN_UNITS, TARGETS } from '../../console/pages/mappings/mapping.ts'
import { findDecoded, listFields } from '../../console/pages/mappings/payload-fields.ts'
import { KINDS } from '../../model/device.ts'
import { listTargets } from '../../model/mapping.ts'
import { UNITS } from '../../model/unit.ts'
import { request } from '../fixtures/api-client.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { CHIRPSTACK_APPLICATION, writeUplink } from '../fixtures/network-uplinks.ts'
import { openConsole } from '../fixtures/open-console.ts'
import { hasChromium, startChromium } from '../fixtures/start-chromium.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'
import { hasMosquitto, type Mosquitto, startMosquitto } from '../fixtures/start-mosquitto.ts'
import { waitUntil } from '../ingest/open-town.ts'

const DEV_EUIS = ['00000000000000b1', '00000000000000b2', '00000000000000b3'] as const
const START_MS = 180_000
/** What the API refuses is a line in the browser's console, too; and there are no streets for a map here. */
const REFUSED = ['status of 400', '404 (Not Found)']

describe.skipIf(!hasChromium || !hasMosquitto)('found devices and mappings', { timeout: 240_000 }, () => {
  let folder: string
  let mosquitto: Mosquitto
  let kerbside: KerbsideProcess
  let browser: Browser
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kerbside-found-'))
    mosquitto = await startMosquitto()
    kerbside = await startKerbside(['up'], { KERBSIDE_DATA: folder, KERBSIDE_ALLOW_PRIVATE: '1' })
    browser = await startChromium()
    await ask('POST', '/v1/authorities', { id: 'town', name: 'Town', timeZone: 'UTC' })
    await ask('POST', '/v1/authorities/town/connections', {
      id: 'our-network',
      type: 'chirpstack',
      url: mosquitto.url,
      applicationId: CHIRPSTACK_APPLICATION,
    })
    await waitUntil(
      () => ask('GET', '/v1/authorities/town/connections/our-network'),
      ({ state }) => state?.isConnected === true,
    )
    const client = await mqtt.connectAsync(mosquitto.url)
    for (const [index, devEui] of DEV_EUIS.entries()) {
      const uplink = { devEui, frameCount: 1, distanceMm: 700 + index, time: Date.now() - 60_000 }
      const { topic, payload } = writeUplink.chirpstack(uplink)
      await client.publishAsync(topic, payload, { qos: 1 })
    }
    await client.endAsync()
  }, START_MS)
  afterAll(async () => {
    await browser?.close()
    await kerbside?.stop()
    await mosquitto?.stop()
    await rm(folder, { recursive: true, force: true })
  }, START_MS)

  test('a device is adopted, and what waited of it is stored; another one is ignored', async () => {
    const tab = await open('town/found-devices')
    const { page } = tab
    const row = page.getByRole('row').filter({ hasText: DEV_EUIS[0] })
    await row.getByText('milesight-em310-udl').waitFor()
    await checkPage(page, 'found-devices')
    await page.getByRole('button', { name: `Ignore bin ${DEV_EUIS[2]}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Ignore it' }).click()
    await page.getByText(`bin ${DEV_EUIS[2]} is ignored.`).waitFor()
    expect(await page.getByRole('row').filter({ hasText: DEV_EUIS[2] }).count()).toBe(0)
    await page.getByLabel('Show those that are ignored').check()
    await page.getByRole('row').filter({ hasText: DEV_EUIS[2] }).getByText('Ignored').waitFor()

    await row.getByRole('link', { name: `Adopt bin ${DEV_EUIS[0]}` }).click()
    await page.getByRole('heading', { name: `Adopt bin ${DEV_EUIS[0]}`, level: 1 }).waitFor()
    const id = page.getByLabel('Id', { exact: true })
    expect(await id.inputValue()).toBe(`bin-${DEV_EUIS[0]}`)
    await id.fill('bin-1')
    await page.getByLabel('Distance when empty').fill('100')
    await page.getByLabel('Distance when full').fill('900')
    await page.getByRole('button', { name: 'Adopt it' }).click()
    await page.getByText('must be larger than fullDistanceMm').waitFor()
    await checkPage(page, 'found-device-adopt')
    await page.getByLabel('Distance when empty').fill('1400')
    await page.getByLabel('Distance when full').fill('0')
    await page.getByRole('button', { name: 'Adopt it' }).click()
    await page.getByRole('heading', { name: `bin ${DEV_EUIS[0]}`, level: 1, exact: true }).waitFor()
    const { items } = await ask('GET', '/v1/authorities/town/devices/bin-1/readings')
    expect(items).toMatchObject([{ distanceMm: 700, fillPercent: 50 }])
    await tab.close(REFUSED)
  })

  test('a mapping is made from what a device sent, its result is seen at once, and the device is adopted by it', async () => {
    const tab = await open(`town/found-devices/${DEV_EUIS[1]}`)
    const { page } = tab
    await page.getByRole('link', { name: 'Make one from what it sent' }).click()
    await page.getByRole('heading', { name: 'Make a mapping', level: 1 }).waitFor()
    await page.getByText('Choose below what a field becomes.').waitFor()
    await page.getByLabel('What distance becomes').selectOption('distanceMm')
    await page.getByLabel('Unit of distance').selectOption('cm')
    const outcome = page.getByRole('status').filter({ hasText: 'distanceMm' })
    await outcome.getByText('7010').waitFor()
    await page.getByLabel('Unit of distance').selectOption('celsius')
    await page.getByText('mapping.rules.0.unit: must be one of mm').waitFor()
    await page.getByLabel('Unit of distance').selectOption('mm')
    await outcome.getByText('701', { exact: true }).waitFor()
    // What is beyond the choices is said in JSON, and kept when a choice changes.
    await page.getByText('All of the mapping, as JSON').click()
    const json = page.getByLabel('Mapping', { exact: true })
    const rules = [
      { from: 'distance', to: 'distanceMm', unit: 'mm', noEcho: [0] },
      { from: 'position', to: 'tiltDegrees', values: { normal: 0, tilt: 90 } },
    ]
    await json.fill(JSON.stringify({ id: 'our-bins', name: 'Bins of ours', kind: 'bin', rules }))
    await page.getByLabel('What battery becomes').selectOption('batteryPercent')
    await page.getByRole('definition').filter({ hasText: /^91$/ }).waitFor()
    expect(JSON.parse(await json.inputValue()).rules).toEqual([
      ...rules,
      { from: 'battery', to: 'batteryPercent' },
    ])
    await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded()
    await checkPage(page, 'mapping-edit')
    await page.getByRole('button', { name: 'Save the mapping' }).click()
    await page.getByRole('heading', { name: `Adopt bin ${DEV_EUIS[1]}`, level: 1 }).waitFor()
    await page.getByLabel('Read by the mapping').selectOption('our-bins')
    await page.getByLabel('Id', { exact: true }).fill('bin-2')
    await page.getByRole('button', { name: 'Adopt it' }).click()
    await page.getByRole('heading', { name: `bin ${DEV_EUIS[1]}`, level: 1, exact: true }).waitFor()
    await tab.close(REFUSED)
  })

  test('mappings are listed, those that come with Kerbside to be looked at, and one that is used stays', async () => {
    const mapping = { id: 'counted', name: 'Counted', kind: 'traffic', rules: [{ from: 'n', to: 'count' }] }
    await ask('POST', '/v1/authorities/town/mappings', mapping)
    await ask('POST', '/v1/authorities/town/devices', {
      id: 'counter-1',
      kind: 'traffic',
      settings: { mapping: 'counted' },
    })
    const tab = await open('town/mappings')
    const { page } = tab
    const row = page.getByRole('row').filter({ hasText: 'Counted' })
    await row.getByText('Version 1').waitFor()
    await checkPage(page, 'mappings')
    await page.getByRole('button', { name: 'Delete Counted' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
    await page.getByText('counter-1').waitFor()
    await page.getByRole('link', { name: 'Counted' }).click()
    await page.getByLabel('Sample').fill('{"n": 7, "m": {"deep": 1}}')
    await page.getByLabel('What m.deep becomes').selectOption('meanSpeedKph')
    await page.getByRole('definition').filter({ hasText: /^7$/ }).waitFor()
    await page.getByRole('button', { name: 'Save the mapping' }).click()
    await page.getByText('Saved: it is version 2').waitFor()
    await tab.close(['status of 409'])

    const ready = await open('town/mappings/dingtek-df702')
    await ready.page.getByText('This one comes with Kerbside').waitFor()
    expect(await ready.page.getByRole('button', { name: 'Save the mapping' }).count()).toBe(0)
    await ready.close()
  })

  test.each(['found-devices', `found-devices/${DEV_EUIS[2]}`, 'mappings', 'mappings/dingtek-df702'])(
    '%s is no wider than a phone',
    async (path) => {
      const viewport = { width: 390, height: 844 }
      const tab = await openConsole(browser, {
        apiUrl: kerbside.apiUrl,
        path: `town/${path}`,
        key: TEST_ADMIN_KEY,
        viewport,
      })
      await tab.page.getByRole('heading', { level: 1 }).waitFor()
      if (path.startsWith('mappings/')) {
        await tab.page.getByLabel('Sample').fill(JSON.stringify({ level: 'x'.repeat(300) }))
        await tab.page.getByLabel('What level becomes').waitFor()
      }
      const width = await tab.page.evaluate('document.querySelector("main").scrollWidth')
      expect(width).toBeLessThanOrEqual(viewport.width)
      await tab.close(REFUSED)
    },
  )

  test('a key that may look only is offered nothing else', async () => {
    const { key } = await ask('POST', '/v1/authorities/town/keys', { name: 'Who looks', scopes: ['read'] })
    const tab = await openConsole(browser, { apiUrl: kerbside.apiUrl, path: 'town/found-devices', key })
    await tab.page.getByRole('heading', { name: 'Found devices' }).waitFor()
    await tab.page.getByLabel('Show those that are ignored').check()
    await tab.page.getByText('Your key may look only.').waitFor()
    expect(await tab.page.getByRole('link', { name: /^Adopt/ }).count()).toBe(0)
    await tab.close()
  })

  const open = (path: string) => openConsole(browser, { apiUrl: kerbside.apiUrl, path, key: TEST_ADMIN_KEY })

  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of it.
  async function ask(method: string, path: string, body?: object): Promise<any> {
    return request(kerbside.apiUrl, path, { method, body })
  }
})

test('what the page offers for a field is what a mapping may say', () => {
  for (const kind of KINDS) {
    expect(listTargets(kind), kind).toEqual(expect.arrayContaining([...TARGETS[kind]]))
  }
  expect(Object.keys(UNITS)).toEqual(expect.arrayContaining([...SHOWN_UNITS]))
})

test('the fields of a sample are those of what the network decoded', () => {
  const { payload } = writeUplink.tts({ devEui: DEV_EUIS[0], frameCount: 0, distanceMm: 5, time: 0 })
  expect(listFields(findDecoded(JSON.parse(payload))).map(({ path }) => path)).toEqual([
    'level',
    'alarmFire',
    'alarmFall',
    'volt',
  ])
  expect(listFields(findDecoded({ a: [{ b: 1 }, null], 'no path': 2, c: {} }))).toEqual([
    { path: 'a.0.b', value: 1 },
    { path: 'a.1', value: null },
  ])
  for (const nothing of [undefined, null, 5, 'text']) expect(listFields(findDecoded(nothing))).toEqual([])
})
