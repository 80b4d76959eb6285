import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPage } from '../fixtures/check-page.ts'
import { eventually } from '../fixtures/eventually.ts'
import { connectMqtt } from '../fixtures/mqtt-device.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

const DEVICE = 'slipping-bin'

describe.skipIf(!hasChromium)('quarantine and platform', { timeout: 240_000 }, () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole({ historyDays: 2 })
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('a quarantined message is corrected and replayed, and its reading is stored', async () => {
    await publish(['{"fillPercent":560,"sequence":1}', 'nonsense'])
    const tab = await running.open({ path: `${TOWN}/quarantine`, key: running.key })
    const { page } = tab
    await page.getByRole('button', { name: 'Out of range (' }).click()
    await page.getByRole('row').filter({ hasText: '560' }).getByRole('button').click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('fillPercent: 560 is out of range').waitFor()
    await checkPage(page, 'quarantined')

    // What is no better says why, and stays.
    await dialog.getByLabel('Payload').fill('{"fillPercent":460}')
    await dialog.getByRole('button', { name: 'Store the corrected payload' }).click()
    await dialog.getByText('It is still refused: fillPercent: 460').waitFor()
    await dialog.getByLabel('Payload').fill('{"fillPercent":56,"sequence":1}')
    await dialog.getByRole('button', { name: 'Store the corrected payload' }).click()
    await page.getByRole('status').filter({ hasText: 'The reading is stored.' }).waitFor()
    expect(await readFills()).toEqual([56])

    await page.getByRole('button', { name: 'Not JSON (' }).click()
    await page
      .getByText('nonsense')
      .or(page.getByRole('rowheader', { name: DEVICE }))
      .first()
      .waitFor()
    await checkPage(page, 'quarantine')
    await page.getByRole('button', { name: 'Discard all of these' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Discard all' }).click()
    await page.getByRole('status').filter({ hasText: 'discarded.' }).waitFor()
    await tab.close()
  })

  test('a key that may look only is offered nothing else', async () => {
    await publish(['{"fillPercent":-4}'])
    const key = await createKey('read')
    const tab = await running.open({ path: `${TOWN}/quarantine`, key })
    const { page } = tab
    await page
      .getByRole('button', { name: `Open the reading of ${DEVICE}` })
      .first()
      .click()
    await page.getByText('Your key may look only.').waitFor()
    expect(await page.getByRole('button', { name: /again|Discard|corrected/ }).count()).toBe(0)
    await tab.close()
  })

  test('the platform shows the balance as the API has it, its parts, the feeds and their accuracy', async () => {
    const tab = await running.open({ path: `${TOWN}/platform`, key: running.key })
    const { page } = tab
    await page.getByRole('row', { name: 'journal' }).filter({ hasText: 'Works' }).waitFor()
    await page.getByRole('rowheader', { name: 'trip-updates' }).waitFor()
    await page.getByText('Within MBTA’s bounds').waitFor()
    await eventually(async () =>
      readNumber(await page.getByText('Accepted', { exact: true }).locator('..').textContent()),
    ).toBeGreaterThan(1_000)
    await page.locator('.uplot').waitFor()
    await checkPage(page, 'platform')
    await tab.close()
  })

  const call = async (path: string, body?: object) => {
    const response = await fetch(`${running.apiUrl}/v1/authorities/${TOWN}/${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${running.key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
    })
    return (await response.json()) as Record<string, never>
  }

  let credentials: { username: string; password: string } | undefined
  /** As the device would; resolves when the broker has them. */
  async function publish(payloads: readonly string[]): Promise<void> {
    credentials ??= (await call('devices', { id: DEVICE, kind: 'bin' }))['credentials']
    const client = await connectMqtt(running.mqttUrl, { ...credentials })
    for (const payload of payloads) {
      await client.publishAsync(`kerbside/v1/${TOWN}/bin/${DEVICE}/reading`, payload, { qos: 1 })
    }
    await client.endAsync()
  }

  async function readFills(): Promise<number[]> {
    const { items = [] } = (await call(`devices/${DEVICE}/readings`)) as { items?: { fillPercent: number }[] }
    return items.map(({ fillPercent }) => fillPercent)
  }

  async function createKey(scope: string): Promise<string> {
    return (await call('keys', { name: 'Who looks', scopes: [scope] }))['key'] as unknown as string
  }
})

const readNumber = (text: string | null): number => Number((text ?? '').replace(/\D/g, ''))
