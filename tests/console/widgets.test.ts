import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createTransitTown } from '../api/transit-town.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { eventually } from '../fixtures/eventually.ts'
import { hasChromium, startChromium } from '../fixtures/start-chromium.ts'
import { trackTrip } from '../transit/feed/live-town.ts'

const PHONE = { width: 360, height: 740 }

/** The API of a town with departures and bin days, and a page of another origin that has its widgets. */
async function startSite(browser: Browser, body: (apiUrl: string) => string, lang = 'en') {
  const town = await createTransitTown()
  const { own, timetable } = town
  const published = ['departures', 'bin-days']
  await own.call('PATCH', '/v1/authorities/alpha', {
    body: { published, licence: 'https://town.example/licence', attribution: 'Alpha Buses' },
  })
  await own.call('POST', '/v1/authorities/alpha/collections', {
    body: {
      id: 'recycling',
      name: 'Recycling',
      stream: 'recycling',
      uprns: ['100'],
      firstDate: '2026-02-17',
      holidays: [{ date: '2026-02-24', movedTo: '2026-02-25', note: 'Snow' }, { date: '2026-03-03' }],
    },
  })
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: -100 })])
  const apiUrl = await own.app.listen({ host: '127.0.0.1', port: 0 })
  const server = createServer((_request, response) => {
    // A council's page may be as strict as this.
    const policy = `default-src 'none'; script-src ${apiUrl}; connect-src ${apiUrl}; frame-src ${apiUrl}; img-src data:`
    response.setHeader('content-security-policy', policy)
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(
      `<!doctype html><html lang="${lang}"><head><title>Alpha</title><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><script src="${apiUrl}/widgets/kerbside.js" defer></script></head><body><main><h1>Alpha</h1>${body(apiUrl)}</main></body></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const siteUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = await browser.newContext({ viewport: PHONE, locale: 'en-GB', timezoneId: 'Europe/London' })
  onTestFinished(async () => {
    await context.close()
    await new Promise((resolve) => server.close(resolve))
  })
  const asked: string[] = []
  const faults: string[] = []
  context.on('request', (request) => asked.push(request.url()))
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text())
  })
  context.on('weberror', (error) => faults.push(String(error.error())))
  const page = await context.newPage()
  const open = async () => {
    await page.goto(siteUrl)
    return page
  }
  return { town, own, apiUrl, siteUrl, context, page, open, asked, faults }
}

const DEPARTURES =
  '<kerbside-departures authority="alpha" stop="stop-6" name="The Square"></kerbside-departures>'
const BIN_DAY = '<kerbside-bin-day authority="alpha" uprn="100"></kerbside-bin-day>'

async function expectNarrow(page: Page) {
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(PHONE.width)
}

describe.skipIf(!hasChromium)('widgets', { timeout: 120_000 }, () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium()
  }, 120_000)
  afterAll(() => browser?.close())

  test('work on a page of another origin, on a phone, without cookies and without asking anybody else', async () => {
    const site = await startSite(browser, () => DEPARTURES + BIN_DAY)
    const page = await site.open()
    const board = page.locator('kerbside-departures')
    await board.getByRole('table', { name: 'Departures from The Square' }).waitFor()
    const row = board.getByRole('row').filter({ hasText: 'live' }).first()
    await row.getByText(/^\d+ min$/).waitFor()
    await row.getByText('live').waitFor()
    await board.getByText('Source: Alpha Buses').waitFor()
    expect(await board.getByRole('link', { name: 'Licence' }).getAttribute('href')).toBe(
      'https://town.example/licence',
    )
    const bins = page.locator('kerbside-bin-day')
    await bins.getByText('Tuesday 17 February: Recycling').waitFor()
    await bins.getByText('instead of Tuesday 24 February. Snow').waitFor()
    await bins.getByText('no collection on Tuesday 3 March').waitFor()
    await expectNarrow(page)
    await checkPage(page, 'widgets')
    expect(await site.context.cookies()).toEqual([])
    expect(
      await page.evaluate('document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)'),
    ).toBe('')
    const origins = new Set(
      site.asked.filter((url) => !url.startsWith('data:')).map((url) => new URL(url).origin),
    )
    expect(origins).toEqual(new Set([site.siteUrl, site.apiUrl]))
    expect(site.faults).toEqual([])
  })

  test('follow what changes, and are told it by events alone', async () => {
    const site = await startSite(browser, () => DEPARTURES)
    const page = await site.open()
    await page.getByText('live').first().waitFor()
    site.town.know([])
    await expect.poll(() => page.getByText('live').count(), { timeout: 30_000 }).toBe(0)
    const paths = site.asked.map((url) => new URL(url).pathname)
    expect(paths.filter((path) => path.endsWith('/events'))).toHaveLength(1)
    expect(paths.filter((path) => path.endsWith('/departures'))).toEqual([])
  })

  test('ask again and again where there are no events, and say so when what is shown is out of date', async () => {
    const site = await startSite(browser, () => DEPARTURES)
    await site.context.route('**/events*', (route) => route.fulfill({ status: 503, body: '' }))
    await site.page.clock.install()
    const page = await site.open()
    await page.getByText('live').first().waitFor()
    expect(await page.getByText('Out of date').count()).toBe(0)
    await site.context.route('**/departures?*', (route) => route.abort())
    await page.clock.runFor(120_000)
    await page
      .getByRole('status')
      .getByText(/Out of date: last heard at \d\d:\d\d/)
      .waitFor()
    // What was known last is still there.
    await page.getByRole('table').waitFor()
    await site.context.unroute('**/departures?*')
    await page.clock.runFor(30_000)
    await eventually(() => page.getByText('Out of date').count()).toBe(0)
  })

  test('speak the language of the page, or the one that they are given', async () => {
    const site = await startSite(
      browser,
      () => DEPARTURES + BIN_DAY.replace('authority', 'lang="en" authority'),
      'cy',
    )
    const page = await site.open()
    await page.getByRole('table', { name: 'Ymadawiadau o The Square' }).waitFor()
    await page.getByText('byw').first().waitFor()
    await page.getByText('Tuesday 17 February: Recycling').waitFor()
    // Chromium itself knows no Welsh dates.
    await page.evaluate('document.querySelector("kerbside-bin-day").removeAttribute("lang")')
    await page.getByText('Dydd Mawrth, 17 Chwefror: Recycling').waitFor()
    await page.getByText('yn lle Dydd Mawrth, 24 Chwefror. Snow').waitFor()
  })

  test('call a stop by its name, and tell times in the time zone of the town', async () => {
    const site = await startSite(
      browser,
      () =>
        '<kerbside-departures authority="alpha" stop="stop-6"></kerbside-departures><kerbside-departures authority="alpha" stop="stop-6" time-zone="Asia/Tokyo"></kerbside-departures><kerbside-departures authority="alpha" stop="stop-6" time-zone="Nowhere" lang="english_"></kerbside-departures>',
    )
    const { timeZone } = (await site.own.call('GET', '/v1/authorities/alpha')).body
    expect(timeZone).toBe('UTC')
    const context = await browser.newContext({ timezoneId: 'America/New_York' })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    await page.goto(site.siteUrl)
    const { items } = (await site.own.call('GET', '/v1/authorities/alpha/stops/stop-6/departures')).body
    const { aimedDepartureTime } = items.find(({ state }: { state: string }) => state === 'timetable')
    const at = (zone: string) =>
      new Date(aimedDepartureTime).toLocaleTimeString('en-GB', {
        timeZone: zone,
        hour: '2-digit',
        minute: '2-digit',
      })
    for (const [index, zone] of ['UTC', 'Asia/Tokyo', 'UTC'].entries()) {
      const table = page
        .locator('kerbside-departures')
        .nth(index)
        .getByRole('table', { name: 'Departures from Stop 6' })
      await table.getByText(at(zone)).first().waitFor()
    }
  })

  test('stay as they are where nothing has changed, so that a reader keeps what they have come to', async () => {
    const site = await startSite(browser, () => DEPARTURES)
    await site.page.clock.install()
    const page = await site.open()
    const link = page.getByRole('link', { name: 'Licence' })
    await link.focus()
    await page.clock.runFor(180_000)
    const focused = 'document.activeElement.shadowRoot.activeElement.textContent'
    expect(await page.evaluate(focused)).toBe('Licence')
  })

  test('are as light or dark as the page is, whatever the reader has set', async () => {
    const site = await startSite(browser, () => DEPARTURES)
    const page = await site.open()
    await page.emulateMedia({ colorScheme: 'dark' })
    const background = () =>
      page.evaluate('getComputedStyle(document.querySelector("kerbside-departures")).backgroundColor')
    expect(await background()).toBe('rgb(27, 27, 27)')
    await page.evaluate('document.querySelector("meta[name=color-scheme]").remove()')
    await expect.poll(background).toBe('rgb(255, 255, 255)')
  })

  test('say what is not known', async () => {
    const site = await startSite(
      browser,
      () =>
        '<kerbside-departures authority="alpha"></kerbside-departures><kerbside-departures authority="alpha" stop="nowhere"></kerbside-departures><kerbside-departures authority="nobody" stop="stop-6"></kerbside-departures><kerbside-departures authority="alpha" stop="stop-6" limit="many"></kerbside-departures><kerbside-bin-day uprn="1"></kerbside-bin-day><kerbside-bin-day authority="alpha" uprn="999"></kerbside-bin-day><kerbside-bin-day authority="alpha" uprn="12 High"></kerbside-bin-day>',
    )
    const page = await site.open()
    const boards = page.locator('kerbside-departures')
    await boards.nth(0).getByRole('status').getByText('An attribute is missing: stop').waitFor()
    await boards.nth(1).getByRole('status').getByText('There is no stop nowhere').waitFor()
    await boards.nth(2).getByRole('status').getByText('Nothing is published here by “nobody”').waitFor()
    await boards.nth(3).getByRole('table').waitFor()
    const days = page.locator('kerbside-bin-day')
    await days.nth(0).getByRole('status').getByText('An attribute is missing: authority').waitFor()
    await days.nth(1).getByRole('status').getByText('No bin days are known for this address').waitFor()
    await days.nth(2).getByRole('status').getByText('a UPRN is 1 to 12 digits').waitFor()
    expect(await page.getByText('…').count()).toBe(0)
    // What is mended on the page is mended at once.
    await page.evaluate('document.querySelector("kerbside-departures").setAttribute("stop", "stop-6")')
    await boards.nth(0).getByRole('table', { name: 'Departures from Stop 6' }).waitFor()
    expect(await boards.nth(0).getByRole('status').textContent()).toBe('')
  })

  test('are pages for frames too, which need no script', async () => {
    const frames = (apiUrl: string) =>
      `<iframe title="Departures" width="340" height="300" src="${apiUrl}/v1/authorities/alpha/widgets/departures/stop-6"></iframe><iframe title="Bin days" width="340" height="300" src="${apiUrl}/v1/authorities/alpha/widgets/bin-day/100?lang=cy"></iframe>`
    const site = await startSite(browser, frames)
    const page = await site.open()
    const board = page.frameLocator('iframe[title="Departures"]')
    await board
      .getByRole('row')
      .filter({ hasText: 'live' })
      .first()
      .getByText(/\d+ min/)
      .waitFor()
    await board.getByText('Source: Alpha Buses').waitFor()
    const bins = page.frameLocator('iframe[title="Bin days"]')
    await bins.getByText('Dydd Mawrth, 17 Chwefror: Recycling').waitFor()
    await expectNarrow(page)
    expect(site.faults).toEqual([])
    await page.goto(`${site.apiUrl}/v1/authorities/alpha/widgets/departures/nowhere?lang=cy`)
    await page.getByRole('heading', { name: 'Nid oes arhosfan nowhere' }).waitFor()
    for (const path of ['departures/stop-6', 'bin-day/100']) {
      await page.goto(`${site.apiUrl}/v1/authorities/alpha/widgets/${path}`)
      expect(await page.locator('script').count()).toBe(0)
      await expectNarrow(page)
      await checkPage(page, `widget-${path.replace('/', '-')}`)
    }
  })
})

test('the script is small, kept by browsers and open to pages of other origins', async () => {
  const { own } = await createTransitTown()
  const { status, headers, text } = await own.call('GET', '/widgets/kerbside.js', { key: null })
  expect(status).toBe(200)
  expect(Buffer.byteLength(text)).toBeLessThan(13_500)
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=3600',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  })
  expect(headers['set-cookie']).toBeUndefined()
})

test('pages for frames may stand anywhere, ask again by themselves unless they are told not to, and no other page may', async () => {
  const { own } = await createTransitTown()
  await own.call('PATCH', '/v1/authorities/alpha', { body: { published: ['departures'] } })
  const path = '/v1/authorities/alpha/widgets/departures/stop-6'
  const { headers, text } = await own.call('GET', path, { key: null })
  expect(headers['content-security-policy']).toContain('frame-ancestors *')
  expect(headers['refresh']).toBe('30')
  expect(text).toContain('<html lang="en">')
  const absent = await own.call('GET', `${path.replace('stop-6', 'nowhere')}`, { key: null })
  expect([absent.status, absent.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  expect(absent.headers['content-security-policy']).toContain('frame-ancestors *')
  expect(absent.text).toContain('There is no stop nowhere')
  expect((await own.call('GET', `${path}?refresh=0`, { key: null })).headers['refresh']).toBeUndefined()
  expect((await own.call('GET', '/', { key: null })).headers['content-security-policy']).toContain(
    "frame-ancestors 'none'",
  )
  expect((await own.call('GET', '/v1/authorities/alpha/widgets/bin-day/100', { key: null })).status).toBe(401)
})
