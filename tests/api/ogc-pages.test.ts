import { describe, expect, onTestFinished, test } from 'vitest'
import { checkPage } from '../fixtures/check-page.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasChromium, startChromium } from '../fixtures/start-chromium.ts'

describe.skipIf(!hasChromium)('the pages of OGC API – Features', () => {
  test('are found by following links, are without fault for axe, and fit a telephone', async () => {
    const app = await createTestApp()
    await app.createAuthority({
      id: 'alpha',
      published: ['bins'],
      licence: 'https://licence.example/open',
      attribution: 'Town of Alpha',
    })
    await app.call('POST', '/v1/authorities/alpha/devices', {
      body: [1, 2, 3].map((number) => ({
        id: `bin-${number}`,
        kind: 'bin',
        longitude: -1.5,
        latitude: 53.8,
      })),
    })
    await app.store.write([createReading({ time: '2026-02-16T11:00:00Z' })])
    const url = await app.app.listen({ host: '127.0.0.1', port: 0 })
    const browser = await startChromium()
    onTestFinished(() => browser.close())
    const page = await browser.newPage({ viewport: { width: 360, height: 740 } })
    const faults: string[] = []
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
    await page.goto(`${url}/v1/authorities/alpha/ogc`)
    const titles: (string | null)[] = []
    for (const link of [undefined, 'The collections', 'Bins', /^All \d+ of them$/, 'bin-1']) {
      if (link !== undefined) await page.getByRole('link', { name: link, exact: true }).click()
      await page.waitForLoadState()
      titles.push(await page.textContent('h1'))
      await checkPage(page, `ogc-${titles.length}`)
      const width = await page.evaluate<number>('document.documentElement.scrollWidth')
      expect(width, String(titles.at(-1))).toBeLessThanOrEqual(360)
    }
    expect(titles).toEqual(['Open data of alpha', 'Collections', 'Bins', 'Bins: items', 'bin-1'])
    expect(faults).toEqual([])
    expect(await page.context().cookies()).toEqual([])
  }, 120_000)
})
