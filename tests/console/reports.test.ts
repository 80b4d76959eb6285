import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

const PATH = `/v1/authorities/${TOWN}`
const ANN = { first_name: 'Ann', last_name: 'Example', email: 'ann@home.example' }

describe.skipIf(!hasChromium)('reports', { timeout: 240_000 }, () => {
  let running: RunningConsole
  let bin: string
  beforeAll(async () => {
    running = await startConsole({ historyDays: 2 })
    const { apiUrl, key } = running
    const { items } = await request<{ items: { id: string }[] }>(apiUrl, `${PATH}/devices?kind=bin&limit=1`, {
      key,
    })
    bin = items[0]?.id ?? expect.fail('the town has no bin')
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('a report is seen with who made it, joined to a bin, closed with a word, and found among the closed', async () => {
    const id = await report({ ...ANN, description: 'All over the pavement', address_string: '1 High Street' })
    const tab = await running.open({ path: `${TOWN}/reports`, key: running.key })
    const { page } = tab
    await page
      .getByRole('row')
      .filter({ hasText: 'Overflowing bin' })
      .filter({ hasText: 'not joined' })
      .waitFor()
    await checkPage(page, 'reports')
    await page.getByRole('button', { name: 'Open the report: Overflowing bin, not joined' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('ann@home.example').waitFor()
    await dialog.getByText('All over the pavement').waitFor()
    await checkPage(page, 'report')

    await dialog.getByLabel('The bin that it is about').fill('no-such-bin')
    await dialog.getByRole('button', { name: 'Keep the bin and the words' }).click()
    await dialog.getByText('there is no bin no-such-bin').waitFor()
    await dialog.getByLabel('The bin that it is about').fill(bin)
    await dialog.getByRole('button', { name: 'Keep the bin and the words' }).click()
    await page.getByRole('status').filter({ hasText: 'It is kept.' }).waitFor()
    await page
      .getByRole('row')
      .filter({ hasText: 'Overflowing bin' })
      .getByRole('link', { name: bin })
      .waitFor()

    await page.getByRole('button', { name: `Open the report: Overflowing bin, ${bin}` }).click()
    await dialog.getByLabel('What people are told').fill('We have been there.')
    await dialog.getByRole('button', { name: 'Close it: done' }).click()
    await page.getByRole('status').filter({ hasText: 'The report is closed.' }).waitFor()
    await page.getByRole('button', { name: 'Closed' }).click()
    await page.getByRole('row').filter({ hasText: bin }).filter({ hasText: 'Done' }).waitFor()
    const { apiUrl, key } = running
    expect(await request(apiUrl, `${PATH}/reports/${id}`, { key })).toMatchObject({
      deviceId: bin,
      status: 'closed',
      outcome: 'done',
      note: 'We have been there.',
    })
    // The API says what is wrong with a bin that is not there.
    await tab.close(['400'])
  })

  test('a key that may look only sees no people and is offered nothing else', async () => {
    await report({ ...ANN, service_code: 'damaged-bin' })
    const { apiUrl, key: admin } = running
    const body = { name: 'Who looks', scopes: ['read'] }
    const { key } = await request<{ key: string }>(apiUrl, `${PATH}/keys`, { body, key: admin })
    const tab = await running.open({ path: `${TOWN}/reports`, key, viewport: { width: 360, height: 740 } })
    const { page } = tab
    await page.getByRole('button', { name: 'Open the report: Damaged bin, not joined' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Your key may look only.').waitFor()
    expect(await dialog.getByText('Ann').count()).toBe(0)
    expect(await dialog.getByRole('button', { name: /Close it|Reject|Keep/ }).count()).toBe(0)
    expect(await page.evaluate('document.querySelector("main").scrollWidth')).toBeLessThanOrEqual(360)
    await tab.close()
  })

  /** As an app for citizens does, far from any bin. */
  async function report(fields: Record<string, string>): Promise<string> {
    const response = await fetch(`${running.apiUrl}${PATH}/open311/v2/requests.json`, {
      method: 'POST',
      body: new URLSearchParams({ service_code: 'overflowing-bin', lat: '1', long: '1', ...fields }),
    })
    const [answer] = (await response.json()) as { service_request_id?: string }[]
    return answer?.service_request_id ?? expect.fail(JSON.stringify(answer))
  }
})
