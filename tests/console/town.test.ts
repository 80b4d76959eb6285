import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPage } from '../fixtures/check-page.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

/** Of all that a first visit loads, as it goes over the wire, but for the map's library. */
const FIRST_PAGE_BYTES_MAX = 300_000
const PHONE = { width: 390, height: 844 }

describe.skipIf(!hasChromium)('the town', { timeout: 500_000 }, () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole()
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('a first visit, without a key, shows it alive, and loads little', async () => {
    const tab = await running.open()
    const { page } = tab
    const sizes: Promise<number>[] = []
    page.on('requestfinished', (request) => {
      if (!request.url().includes('/lib/maplibre')) sizes.push(bytesOf(request.sizes()))
    })
    await page.reload()
    await page.getByRole('heading', { name: 'Town', level: 1 }).waitFor()
    await countOf(page, 'Bins', 200)
    await countOf(page, 'Buses', 25)
    expect(page.url()).toBe(`${running.apiUrl}/#/${TOWN}/town`)
    const before = await drawnBuses(page)
    await expect.poll(() => drawnBuses(page), { timeout: 60_000, interval: 500 }).not.toBe(before)

    // It goes on to ask for news: what is counted is what the visit began with, and some seconds of that.
    const bytes = (await Promise.all(sizes)).reduce((sum, each) => sum + each, 0)
    expect(bytes).toBeGreaterThan(20_000)
    expect(bytes).toBeLessThan(FIRST_PAGE_BYTES_MAX)
    await tab.close()
  })

  test('a bin is found by its id, and shows its history, its forecast, and itself on the map', async () => {
    const tab = await running.open({ path: `${TOWN}/town`, key: running.key })
    const { page } = tab
    await countOf(page, 'Bins', 200)
    await page.getByLabel('Find a device or stop').fill('bin-0042')
    await page.getByRole('link', { name: /, .* full/ }).click()
    const panel = page.getByRole('region', { name: /^Bin / })
    // The first forecast of an authority reads weeks of readings.
    await panel.getByText('If nobody empties it').waitFor({ timeout: 180_000 })
    await panel.getByText('Bin bin-0042, read at').waitFor()
    expect(await panel.locator('canvas').count()).toBe(1)
    await expect.poll(() => page.url()).toMatch(/\/town\/bins\/bin-0042$/)
    await checkPage(page, 'town')
    await page.goBack()
    await panel.waitFor({ state: 'detached' })
    await tab.close()
  })

  test('a counter and a stop tell what is to come', async () => {
    const tab = await running.open({ path: `${TOWN}/town/counters/counter-001`, key: running.key })
    const { page } = tab
    await page.getByText('Road users by the hour').waitFor()
    await page
      .getByText(/an hour at \d+ km\/h/)
      .first()
      .waitFor()
    const { features } = await getStops(running.apiUrl)
    await page.goto(`${running.apiUrl}/#/${TOWN}/town/stops/${features[0]?.id}`)
    await page
      .getByRole('region', { name: /^Stop / })
      .getByRole('row')
      .nth(1)
      .waitFor()
    await tab.close()
  })

  test('colours by the chance of overflow, filters and the list work by keyboard, on a phone', async () => {
    const tab = await running.open({ path: `${TOWN}/town`, viewport: PHONE })
    const { page } = tab
    await countOf(page, 'Bins', 200)
    await checkPage(page, 'town-phone')
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to the content' }).press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    const outlook = page.waitForResponse((response) => response.url().endsWith('/bins/outlook'))
    await page.getByLabel('Bins by').selectOption('chance')
    expect((await outlook).status()).toBe(200)
    await page.getByText('50 % and more').waitFor()
    for (const name of ['Traffic counters', 'Buses', 'Stop displays', 'Stops']) {
      await page.getByRole('checkbox', { name, exact: true }).uncheck()
    }
    await page.getByRole('button', { name: 'List' }).press('Enter')
    const table = page.getByRole('table', { name: 'What is on the map' })
    expect(await table.getByRole('row').count()).toBe(201)
    await page.getByRole('checkbox', { name: 'Only silent devices' }).press('Space')
    await expect.poll(() => table.getByRole('row').count()).toBeLessThan(20)
    await checkPage(page, 'town-list')
    await tab.close()
  })

  test('an alert that was raised is acknowledged with a note', async () => {
    const tab = await running.open({ path: `${TOWN}/town`, key: running.key })
    const { page } = tab
    const tray = page.getByRole('region', { name: /^Alerts/ })
    await tray.getByRole('button', { name: 'Acknowledge' }).first().click({ timeout: 120_000 })
    const dialog = page.getByRole('dialog', { name: 'Acknowledge an alert' })
    const summary = (await dialog.locator('p').first().textContent()) ?? ''
    await dialog.getByLabel('Note').fill('Somebody is on the way')
    await checkPage(page, 'alert')
    await dialog.getByRole('button', { name: 'Acknowledge' }).click()
    const alert = tray.getByRole('listitem').filter({ hasText: summary })
    await alert.getByText('Somebody is on the way').waitFor()
    await alert.getByText('Seen by').waitFor()
    await tab.close()
  })
})

async function bytesOf(
  sizes: Promise<{ responseBodySize: number; responseHeadersSize: number }>,
): Promise<number> {
  const { responseBodySize, responseHeadersSize } = await sizes
  return responseBodySize + responseHeadersSize
}

/** Waits until the legend says how many there are. */
async function countOf(page: Page, name: string, count: number): Promise<void> {
  await page
    .getByRole('listitem')
    .filter({ hasText: new RegExp(`^${name}${count}(,|$)`) })
    .waitFor({ timeout: 120_000 })
}

/** What is to be seen of the buses. */
function drawnBuses(page: Page): Promise<string> {
  return page.evaluate("document.querySelector('.bus-layer').toDataURL()")
}

async function getStops(apiUrl: string): Promise<{ features: { id: string }[] }> {
  return (await fetch(`${apiUrl}/v1/authorities/${TOWN}/stops`)).json() as Promise<{
    features: { id: string }[]
  }>
}
