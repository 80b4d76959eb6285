import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPage } from '../fixtures/check-page.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

interface Board {
  readonly items: readonly { readonly headsign: string; readonly state: string }[]
}

describe.skipIf(!hasChromium)('departures', { timeout: 240_000 }, () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole({ historyDays: 2 })
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('a board is told by events and counts down, for anybody', async () => {
    const stop = await findStop(({ items }) => items.filter(({ state }) => state === 'live').length > 0)
    const tab = await running.open({ path: `${TOWN}/departures` })
    const { page } = tab
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.getByLabel('Find a stop').fill(stop.name)
    await page.getByRole('link', { name: stop.name }).first().click()
    await page.getByRole('heading', { name: stop.name }).waitFor()
    // By the cell and not by the row's text: a bus that is due may be "3 min late".
    const row = page
      .getByRole('row')
      .filter({ has: page.getByRole('cell', { name: /^\d+ min$/ }) })
      .first()
    const [route, headsign, aimed, wait] = await row.evaluate((shown) =>
      Array.from(shown.querySelectorAll('th, td'), ({ textContent }) => textContent ?? ''),
    )
    const first = Number.parseInt(wait ?? '', 10)
    // The same departure, a minute or more later.
    const fewer = ['due', ...Array.from({ length: first - 1 }, (_, minutes) => `${minutes + 1} min`)]
    const later = page
      .getByRole('row')
      .filter({ has: page.getByRole('rowheader', { name: route ?? '', exact: true }) })
      .filter({ hasText: headsign ?? '' })
      .filter({ has: page.getByRole('cell', { name: aimed ?? '', exact: true }) })
      .filter({ has: page.getByRole('cell', { name: new RegExp(`^(${fewer.join('|')})$`) }) })
    await later.first().waitFor({ timeout: 120_000 })
    expect(asked.filter((path) => path.endsWith('/departures/events'))).toHaveLength(1)
    expect(asked.filter((path) => path.endsWith('/departures'))).toEqual([])
    // Displays are for who may read devices.
    expect(await page.getByText('It should show').count()).toBe(0)
    await tab.close()
  })

  test('a display’s lines stand beside what it should show', async () => {
    const [display] = await listDisplays()
    const [stopId] = display?.stopIds ?? []
    const tab = await running.open({ path: `${TOWN}/departures/${stopId}`, key: running.key })
    const { page } = tab
    const sign = page.getByRole('region', { name: `Display ${display?.id}` })
    await sign.getByText('It should show').waitFor()
    await sign.getByText(/Last heard at|never heard/).waitFor()
    await page.getByRole('rowheader').first().waitFor()
    await checkPage(page, 'departures')
    await tab.close()
  })

  test('a stop that is not there says what to do, and what passengers are told is shown', async () => {
    const stop = await findStop(({ items }) => items.length > 0)
    await call('service-alerts', {
      header: [{ text: 'The bridge is shut' }],
      informedEntities: [{ stopId: stop.id }],
    })
    const tab = await running.open({ path: `${TOWN}/departures/nowhere` })
    const { page } = tab
    await page.getByText('There is no stop nowhere in the timetable. Choose one').waitFor()
    await page.getByLabel('Find a stop').fill(stop.id)
    await page.getByRole('link', { name: stop.name }).first().click()
    await page.getByText('The bridge is shut').waitFor()
    await tab.close()
  })

  async function call<T>(path: string, body?: object): Promise<T> {
    const response = await fetch(`${running.apiUrl}/v1/authorities/${TOWN}/${path}`, {
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${running.key}`,
        ...(body && { 'content-type': 'application/json' }),
      },
    })
    expect(response.ok, path).toBe(true)
    return (await response.json()) as T
  }

  async function listDisplays(): Promise<{ id: string; stopIds: string[] }[]> {
    return (await call<{ items: { id: string; stopIds: string[] }[] }>('devices?kind=display')).items
  }

  /** The first stop whose board is as wanted; asked for again until there is one. */
  async function findStop(isWanted: (board: Board) => boolean): Promise<{ id: string; name: string }> {
    const { features } = await call<{ features: { id: string; properties: { name: string } }[] }>('stops')
    for (const until = Date.now() + 120_000; Date.now() < until; ) {
      for (const { id, properties } of features) {
        const board = await call<Board>(`stops/${encodeURIComponent(id)}/departures`)
        if (isWanted(board)) return { id, name: properties.name }
      }
    }
    throw new Error('No stop has such a board')
  }
})
