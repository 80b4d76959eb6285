import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { MqttClient } from 'mqtt'
import type { Locator, Page } from 'playwright-core'
import { encode } from 'uqr'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

const hasPublisher = ['/usr/bin/mosquitto_pub', '/usr/local/bin/mosquitto_pub'].some((path) =>
  existsSync(path),
)
if (!hasPublisher) {
  process.stderr.write('mosquitto_pub is not installed: another client publishes with the credentials.\n')
}

const PHONE = { width: 390, height: 844 }

interface Credentials {
  readonly username: string
  readonly password: string
}

describe.skipIf(!hasChromium)('devices', { timeout: 300_000 }, () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole({ historyDays: 2 })
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('a device is registered, publishes with the credentials shown, and its reading is seen', async () => {
    const tab = await running.open({ path: `${TOWN}/devices`, key: running.key })
    const { page } = tab
    await page.getByRole('link', { name: 'Register a device' }).click()
    await page.getByRole('heading', { name: 'Register a device', level: 1 }).waitFor()
    const id = page.getByLabel('Id', { exact: true })
    await id.fill('new bin')
    await page.getByText('“ ” is not allowed in it.').waitFor()
    await id.fill('first-bin')
    await page.locator('.place-map canvas').click({ position: { x: 200, y: 100 } })
    expect(await page.getByLabel('Longitude').inputValue()).toMatch(/^-?\d+\.\d+$/)
    await page.getByLabel('Area').fill('Old town')
    // What the API refuses is said where it is wrong.
    await page.getByLabel('Distance when empty').fill('100')
    await page.getByLabel('Distance when full').fill('900')
    const register = page.getByRole('button', { name: 'Register it' })
    await register.click()
    await page.getByText('must be larger than fullDistanceMm').waitFor()
    expect(await page.getByLabel('Distance when empty').getAttribute('aria-invalid')).toBe('true')
    await checkPage(page, 'device-register')
    await page.getByLabel('Distance when empty').fill('')
    await page.getByLabel('Distance when full').fill('')
    await register.click()

    const dialog = page.getByRole('dialog', { name: 'Credentials of first-bin' })
    await dialog.locator('svg.qr-code').waitFor()
    await dialog.getByText('Waiting for a reading…').waitFor()
    await checkPage(page, 'device-credentials')
    const credentials = {
      username: await copiedText(dialog, 'User name'),
      password: await copiedText(dialog, 'Password'),
    }
    const topic = `kerbside/v1/${TOWN}/bin/first-bin/reading`
    expect(credentials.username).toBe(`${TOWN}/first-bin`)
    const url = await copiedText(dialog, 'Broker')
    expect(await darkCount(dialog)).toBe(countDark(JSON.stringify({ url, ...credentials, topic })))
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await dialog.getByRole('button', { name: 'Copy: Password' }).click()
    await dialog.getByText('Password: copied.').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(credentials.password)

    const line = await copiedText(dialog, 'Try it in a shell')
    if (hasPublisher) await promisify(execFile)('sh', ['-c', line])
    else await publishOnce(credentials, topic, /-m '(.*)'/.exec(line)?.[1] ?? '')
    await dialog.getByText('A reading has arrived: Level 42 %').waitFor()
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('row').filter({ hasText: 'Level 42 %, Battery 90 %' }).waitFor()
    await page.getByText('There is nothing to calibrate').waitFor()
    expect(new URL(page.url()).hash).toBe(`#/${TOWN}/devices/first-bin`)
    await eventually(async () => (await page.content()).includes(credentials.password)).toBe(false)
    const { settings, longitude } = await call<{ settings: object; longitude: number }>('devices/first-bin')
    expect(settings).toEqual({ area: 'Old town' })
    expect(longitude).toBeTypeOf('number')
    await tab.close(['400'])
  })

  test('a bin is calibrated from what it measures, and its next reading has a level', async () => {
    const { credentials } = await create('deep-bin', 'bin')
    const tab = await running.open({ path: `${TOWN}/devices/deep-bin`, key: running.key })
    const { page } = tab
    const publish = (distanceMm: number) =>
      publishOnce(credentials, `kerbside/v1/${TOWN}/bin/deep-bin/reading`, JSON.stringify({ distanceMm }))
    const panel = page.getByRole('region', { name: 'Calibrate' })
    await panel.getByText('No distance yet').waitFor()
    await publish(1200)
    await panel.getByText('1200 mm', { exact: true }).waitFor()
    await panel.getByText(/^Measured \d+ s ago/).waitFor()
    await panel.getByRole('button', { name: 'It is empty now' }).click()
    // The wrong way round, and too near, is not taken.
    await panel.getByLabel('Distance when full').fill('1300')
    await panel.getByText('has to be larger than when full (1300 mm)').waitFor()
    await panel.getByLabel('Distance when full').fill('1190')
    await panel.getByText('Only 10 mm lie between').waitFor()
    await publish(200)
    await panel.getByText('200 mm', { exact: true }).waitFor()
    await panel.getByRole('button', { name: 'It is full now' }).click()
    await panel.getByText('the 200 mm of now are 100 %; half full are 700 mm.').waitFor()
    await panel.getByRole('button', { name: 'Save the calibration' }).click()
    await panel.getByText('The calibration is saved').waitFor()
    await publish(700)
    await page.getByRole('row').filter({ hasText: 'Level 50 %, Distance to the waste 700 mm' }).waitFor()
    await panel.getByRole('button', { name: 'Store the 2 that waited in quarantine' }).click()
    await panel.getByText('2 stored, 0 still refused.').waitFor()
    await page.getByRole('row').filter({ hasText: 'Level 100 %' }).waitFor()
    await checkPage(page, 'device')
    await tab.close()
  })

  test('a new password ends the old one, and is shown once', async () => {
    const { credentials } = await create('lost-counter', 'traffic')
    const tab = await running.open({ path: `${TOWN}/devices/lost-counter`, key: running.key })
    const { page } = tab
    // As where the process does not know where devices reach the broker.
    await page.route('**/mqtt', (route) =>
      route.fulfill({ json: { url: null, topicPrefix: `kerbside/v1/${TOWN}` } }),
    )
    await page.getByRole('button', { name: 'New password' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Make a new password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Credentials of lost-counter' })
    await dialog.getByText('KERBSIDE_PUBLIC_MQTT is not set').waitFor()
    expect(await copiedText(dialog, 'Try it in a shell')).toContain('mosquitto_pub -h HOST -p 1883 -u')
    const fresh = { ...credentials, password: await copiedText(dialog, 'Password') }
    await expect(connectMqtt(running.mqttUrl, credentials)).rejects.toThrow()
    const topic = `kerbside/v1/${TOWN}/traffic/lost-counter/reading`
    await publishOnce(fresh, topic, '{"lane":1,"intervalSeconds":300,"counts":{"car":7}}')
    await dialog.getByText('A reading has arrived: Lane 1, car 7').waitFor()
    await page.keyboard.press('Escape')
    await eventually(async () => (await page.content()).includes(fresh.password)).toBe(false)
    await tab.close()
  })

  test('settings are changed, others stay, and a device is deleted', async () => {
    await create('old-sign', 'display', { settings: { maker: 'Acme', area: 'North' }, stopIds: [] })
    const tab = await running.open({ path: `${TOWN}/devices/old-sign`, key: running.key })
    const { page } = tab
    await page.getByText('Change name, place and settings').click()
    await page.getByLabel('Name', { exact: true }).fill('Station, north side')
    await page.getByLabel('Area').fill('')
    await page.getByLabel('Stops').fill('stop-1, stop-2')
    await page.getByLabel('It speaks').selectOption('t047')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('is needed by a display that speaks RTIG T047').waitFor()
    await page.getByLabel('Maker’s id').fill('acme')
    await checkPage(page, 'device-settings')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByRole('heading', { name: 'Station, north side', level: 1 }).waitFor()
    const device = await call<object>('devices/old-sign')
    expect(device).toMatchObject({ name: 'Station, north side', stopIds: ['stop-1', 'stop-2'] })
    expect(device).toHaveProperty('settings', { maker: 'Acme', protocol: 't047', vendorId: 'acme' })

    await page.getByRole('button', { name: 'Delete the device' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor()
    await expect(call('devices/old-sign')).rejects.toThrow('404')
    await tab.close(['400'])
  })

  test('silent devices are listed first, and found by name and kind', async () => {
    await create('zz-never-heard', 'bin')
    const tab = await running.open({ path: `${TOWN}/devices`, key: running.key })
    const { page } = tab
    const rows = page.locator('tbody tr')
    await eventually(() => rows.count()).toBe(100)
    expect(await rows.first().textContent()).toContain('silent')
    await checkPage(page, 'devices')
    await page.getByRole('button', { name: 'Show 100 more' }).click()
    expect(await rows.count()).toBe(200)
    await page.getByLabel('Silent only').check()
    await page.getByRole('row').filter({ hasText: 'zz-never-heard' }).waitFor()
    await eventually(async () => (await rows.allTextContents()).every((row) => row.includes('silent'))).toBe(
      true,
    )
    await page.getByLabel('Kind').selectOption('bin')
    await page.getByLabel('Find a device').fill('ZZ-never')
    await eventually(() => rows.count()).toBe(1)
    await page.getByLabel('Kind').selectOption('vehicle')
    await page.getByText('No device is like that.').waitFor()
    await tab.close()
  })

  test('a key that may look only is offered nothing else', async () => {
    await create('watched-bin', 'bin')
    const { key } = await call<{ key: string }>('keys', { name: 'Who looks', scopes: ['read'] })
    const tab = await running.open({ path: `${TOWN}/devices`, key, viewport: PHONE })
    const { page } = tab
    await page.getByLabel('Find a device').fill('watched-bin')
    await expectNoSideways(page)
    await page.getByRole('link', { name: 'watched-bin' }).click()
    await page.getByText('No reading has arrived yet.').waitFor()
    expect(await acting(page).count()).toBe(0)
    await expectNoSideways(page)
    await page.getByRole('link', { name: 'All devices' }).click()
    await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor()
    expect(await page.getByRole('link', { name: 'Register' }).count()).toBe(0)
    await page.goto(`${running.apiUrl}/#/${TOWN}/devices/new`)
    await page.getByText('Your key may look only.').waitFor()
    await page.goto(`${running.apiUrl}/#/${TOWN}/devices/nowhere`)
    await page.getByText('There is no device nowhere').waitFor()
    await tab.close(['404'])
  })

  const call = <T>(path: string, body?: object): Promise<T> =>
    request<T>(running.apiUrl, `/v1/authorities/${TOWN}/${path}`, {
      key: running.key,
      ...(body && { body }),
    })

  const create = (id: string, kind: string, more: object = {}): Promise<{ credentials: Credentials }> =>
    call('devices', { id, kind, ...more })

  /** As the device would; resolves when the broker has it. */
  async function publishOnce(credentials: Credentials, topic: string, payload: string): Promise<void> {
    const client: MqttClient = await connectMqtt(running.mqttUrl, { ...credentials })
    await client.publishAsync(topic, payload, { qos: 1 })
    await client.endAsync()
  }
})

async function copiedText(dialog: Locator, title: string): Promise<string> {
  return (await dialog.locator(`dt:text-is("${title}") + dd code`).textContent()) ?? ''
}

/** A phone shows all of it without moving sideways. */
async function expectNoSideways(page: Page): Promise<void> {
  const measure = () =>
    page.evaluate<number>(
      '[document.querySelector("main")].map((main) => main.scrollWidth - main.clientWidth).at(0)',
    )
  await eventually(measure).toBe(0)
}

function acting(page: Page): Locator {
  return page.getByRole('button', { name: /password|Delete|Save|now|Register/i }).or(page.locator('form'))
}

/** How many modules of the QR code are dark: with another content, others are. */
async function darkCount(dialog: Locator): Promise<number> {
  const path = (await dialog.locator('svg.qr-code path').getAttribute('d')) ?? ''
  return path.split('M').length - 1
}

function countDark(text: string): number {
  return encode(text, { ecc: 'M', border: 4 }).data.flat().filter(Boolean).length
}
