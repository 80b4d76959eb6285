import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { request } from '../fixtures/api-client.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { eventually } from '../fixtures/eventually.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole, TOWN } from '../fixtures/start-console.ts'

/** A search of ten seconds takes longer where the machine is busy. */
const PLANNED = { timeout: 180_000 }
const PHONE = { width: 390, height: 800 }

describe.skipIf(!hasChromium)('the page of rounds', { timeout: 400_000 }, () => {
  let running: RunningConsole
  /** The round that the first test plans, and all others look at. */
  let id = ''
  beforeAll(async () => {
    running = await startConsole()
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  const ask = <T>(path: string, body?: unknown): Promise<T> =>
    request<T>(running.apiUrl, `/v1/authorities/${TOWN}${path && `/${path}`}`, {
      key: running.key,
      ...(body !== undefined && { body }),
    })
  const publish = (published: readonly string[]): Promise<unknown> =>
    request(running.apiUrl, `/v1/authorities/${TOWN}`, { method: 'PATCH', body: { published } })
  const readRound = (): Promise<Round> => ask<Round>(`rounds/${id}`)
  /** Bins are named for their streets: the one of the given streets on which most are emptied. */
  const findBusiestStreet = async ({ lorries }: Round, streets: readonly string[]): Promise<string> => {
    const { features } = await ask<{ features: { id: string; properties: { name: string } }[] }>('bins')
    const streetOf = new Map(features.map(({ id, properties }) => [id, properties.name.split(', ')[0]]))
    const lifts = lorries.flatMap(({ stops }) =>
      stops.flatMap(({ deviceId }) => streetOf.get(deviceId ?? '') ?? []),
    )
    const countOf = (street: string): number => lifts.filter((name) => name === street).length
    return streets.toSorted((a, b) => countOf(b) - countOf(a))[0] ?? ''
  }
  const openRound = (options: { key?: string; viewport?: typeof PHONE } = {}, lorry = '') =>
    running.open({ path: `${TOWN}/rounds/${id}/${lorry}`, key: running.key, ...options })

  test('a round is planned to its end with two clicks, and told as it gets better', async () => {
    const tab = await running.open({ path: `${TOWN}/rounds`, key: running.key })
    const { page } = tab
    await page.getByText('No round has been planned yet.').waitFor()
    await page.getByRole('button', { name: 'Plan a round' }).click()
    await page.getByRole('button', { name: 'Start planning' }).click()
    await page.getByText(/The cost is [\d.]+ after/).waitFor({ state: 'attached', ...PLANNED })
    await page.getByText(/^\d+ bins, .* it costs [\d.]+\.$/).waitFor(PLANNED)
    id = page.url().split('/').at(-1) ?? ''
    const round = await readRound()
    expect(round.status).toBe('done')
    const lifts = round.lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'lift'))
    await page
      .getByRole('status')
      .filter({ hasText: `Plan ready: ${lifts.length} bins` })
      .waitFor({ state: 'attached' })
    await untilDrawn(page)
    await checkPage(page, 'rounds-plan')

    await page.getByRole('button', { name: /^A?\s*Lorry 1/ }).click()
    await page.getByRole('heading', { name: /Stops of Lorry 1/ }).waitFor()
    const [first] = round.lorries
    expect(await page.locator('ol > li').count()).toBe(first?.stops.length)
    const reason = first?.stops.find(({ type }) => type === 'lift')?.reason ?? ''
    await page.getByText(reason).first().waitFor()
    await page.getByText(`${round.left.length} bins left`).click()
    await page
      .getByText(round.left[0]?.reason ?? '')
      .first()
      .waitFor()
    await untilDrawn(page)
    await checkPage(page, 'rounds-lorry')
    await tab.close()
  })

  test('files of a round are fetched with the key', async () => {
    const tab = await openRound()
    for (const [name, suffix, part] of [
      ['Sheets to print', 'html', 'Lorry 1'],
      ['GPX', 'gpx', '<gpx'],
      ['CSV', 'csv', 'lorryId,'],
      ['GeoJSON', 'geojson', 'FeatureCollection'],
    ] as const) {
      const downloading = tab.page.waitForEvent('download')
      await tab.page.getByRole('button', { name, exact: true }).click()
      const download = await downloading
      expect(download.suggestedFilename()).toBe(`${id}.${suffix}`)
      const chunks = await (await download.createReadStream()).toArray()
      expect(Buffer.concat(chunks).toString()).toContain(part)
    }
    await tab.close()
  })

  test('a lift is marked as done by keyboard, and one as impossible with its reason', async () => {
    const { lorryId, stops } = (await readRound()).lorries[0] as Round['lorries'][number]
    const tab = await openRound({}, lorryId)
    const { page } = tab
    await page
      .getByRole('button', { name: /^Done / })
      .first()
      .focus()
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'is done: ' }).waitFor(PLANNED)
    const done = stops.find(({ type }) => type === 'lift')?.deviceId
    expect((await readRound()).marks).toMatchObject([{ type: 'done', deviceId: done }])
    // The focus is where it was, so one goes on from there.
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/^Take back /)

    await page
      .getByRole('button', { name: /^Impossible/ })
      .first()
      .click()
    await page.getByLabel('Why').fill('a car stands before it')
    await page.getByRole('button', { name: 'Mark as impossible' }).click()
    await page.getByRole('status').filter({ hasText: 'is impossible: ' }).waitFor(PLANNED)
    expect((await readRound()).marks?.at(-1)).toMatchObject({
      type: 'impossible',
      reason: 'a car stands before it',
    })
    await page.getByText(/ of \d+ bins marked as done/).waitFor()
    await tab.close()
  })

  test('a street is blocked by its name without a mouse, and the plan goes another way', async () => {
    const tab = await openRound()
    const { page } = tab
    await untilDrawn(page)
    const before = await readRound()
    await page.getByRole('button', { name: 'Block a street…' }).press('Enter')
    await page.getByLabel('A street, by its name').press('Space')
    const street = page.getByLabel('Street', { exact: true })
    const names = await listUntilThere(page)
    const busiest = await findBusiestStreet(before, names)
    await street.selectOption(busiest)
    await page.getByText(`To be closed: ${busiest}.`).waitFor()
    await page.getByRole('button', { name: 'Block it' }).press('Enter')
    await page
      .getByRole('status')
      .filter({ hasText: `${busiest} is closed: ` })
      .waitFor(PLANNED)
    const after = await readRound()
    expect(after.marks?.at(-1)).toMatchObject({ type: 'blocked', reason: busiest })
    expect(waysOf(after)).not.toEqual(waysOf(before))
    await page.getByRole('heading', { name: 'What changed' }).waitFor()
    await page
      .getByText(/ than before\.$/)
      .first()
      .waitFor()
    await untilDrawn(page)
    await checkPage(page, 'rounds-blocked')

    await page.getByRole('button', { name: 'Open again' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `${busiest} is open: ` })
      .waitFor(PLANNED)
    await eventually(() => page.getByRole('heading', { name: 'Closed streets' }).count()).toBe(0)
    await tab.close()
  })

  test('streets and areas are chosen on the map', async () => {
    const tab = await openRound()
    const { page } = tab
    await untilDrawn(page)
    await page.getByRole('button', { name: 'Block a street…' }).click()
    await page.getByLabel('An area, by its corners').check()
    const canvas = page.locator('.round-map canvas')
    const box = (await canvas.boundingBox()) ?? { width: 0, height: 0 }
    const [x, y] = [box.width / 2, box.height / 2]
    for (const [dx, dy] of [
      [-60, -60],
      [60, -60],
      [0, 60],
    ] as const) {
      await canvas.click({ position: { x: x + dx, y: y + dy } })
    }
    await page.getByText('To be closed: The area at ').waitFor()
    await page.getByRole('button', { name: 'Take back the last corner' }).click()
    await page.getByText('2 corners so far: 3 are needed.').waitFor()

    await page.getByLabel('A street, by a click').check()
    // Somewhere in the middle of the town there is a street.
    await eventually(async () => {
      for (let step = 0; step < 30; step++) {
        await canvas.click({ position: { x: x - 90 + step * 6, y } })
        if ((await page.getByText('To be closed: ').count()) > 0) return true
      }
      return false
    }).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Block a street…' }).waitFor()
    await tab.close()
  })

  test('a lorry breaks down, and its bins are moved or left', async () => {
    const tab = await openRound()
    const { page } = tab
    await page.getByRole('button', { name: 'Breaks down… Lorry 2' }).click()
    await page.getByRole('button', { name: 'It has broken down' }).click()
    await page.getByRole('status').filter({ hasText: 'Lorry 2 has broken down: ' }).waitFor(PLANNED)
    await page.getByText('broken down', { exact: true }).waitFor()
    expect((await readRound()).marks?.at(-1)).toMatchObject({ type: 'breakdown', lorryId: 'lorry-2' })
    await page.getByRole('button', { name: 'Goes on again Lorry 2' }).click()
    await page.getByRole('status').filter({ hasText: 'Lorry 2 goes on: ' }).waitFor(PLANNED)
    await tab.close()
  })

  test('what somebody else marks is shown at once', async () => {
    const { lorries } = await readRound()
    const stop = lorries.at(-1)?.stops.findLast(({ type }) => type === 'lift')
    const tab = await openRound({}, lorries.at(-1)?.lorryId)
    await tab.page.getByRole('heading', { name: /Stops of/ }).waitFor()
    await ask(`rounds/${id}/marks`, { type: 'impossible', deviceId: stop?.deviceId, reason: 'a market' })
    await tab.page
      .getByText('a market')
      .first()
      .waitFor({ state: 'attached', ...PLANNED })
    await tab.close()
  })

  test('two rounds are compared, and what cannot be planned says why', async () => {
    const other = await ask<Round>('rounds', { date: (await readRound()).request.date, seconds: 1 })
    await expect.poll(async () => (await ask<Round>(`rounds/${other.id}`)).status, PLANNED).toBe('done')
    const tab = await running.open({ path: `${TOWN}/rounds`, key: running.key })
    const { page } = tab
    const boxes = page.getByRole('checkbox', { name: /^Compare / })
    await eventually(() => boxes.count()).toBe(2)
    for (const box of await boxes.all()) await box.check()
    await page.getByRole('button', { name: 'Compare two' }).click()
    const { summary } = await ask<{ summary: string }>(`rounds/${other.id}/comparison?with=${id}`)
    await page.getByText(`${summary}.`).waitFor()
    await checkPage(page, 'rounds')
    await page.getByRole('link', { name: other.id }).click()
    await page.getByRole('button', { name: 'Compare with the one before' }).click()
    await page.locator('.comparison-summary').filter({ hasText: 'the earlier one of that day' }).waitFor()
    await page.getByRole('link', { name: 'All rounds' }).click()

    await page.getByRole('button', { name: 'Plan a round' }).click()
    await page.getByLabel('Day', { exact: true }).fill('2090-01-01')
    await page.getByRole('button', { name: 'Start planning' }).click()
    await page.getByRole('dialog').getByRole('status').filter({ hasText: 'date' }).waitFor()
    await page.getByText('Lorries, bins, next day').click()
    await page.getByRole('combobox', { name: 'Bins to be emptied however full' }).fill('bin-0001')
    await page.getByRole('listitem').filter({ hasText: 'Barn Crescent, general' }).waitFor()
    await checkPage(page, 'rounds-new')
    await tab.close(['400', '422'])
  })

  test('a long search is stopped, and the best plan so far is kept', async () => {
    const tab = await running.open({ path: `${TOWN}/rounds`, key: running.key })
    const { page } = tab
    await page.getByRole('button', { name: 'Plan a round' }).click()
    await page.getByLabel('Seconds to search').fill('600')
    await page.getByRole('button', { name: 'Start planning' }).click()
    await page.getByText(/The cost is [\d.]+ after/).waitFor({ state: 'attached', ...PLANNED })
    await page.getByRole('button', { name: 'Stop here' }).click()
    await page.getByText('cancelled', { exact: true }).waitFor(PLANNED)
    await page.getByText(/^\d+ bins, .* it costs [\d.]+\.$/).waitFor()
    await page.getByText('How the plan got cheaper').waitFor()
    await tab.close()
  })

  test('a key that may only look sees everything and changes nothing', async () => {
    const { key } = await ask<{ key: string }>('keys', { name: 'a look', scopes: ['read'] })
    const tab = await openRound({ key }, 'lorry-1')
    await tab.page.getByRole('heading', { name: /Stops of Lorry 1/ }).waitFor()
    await tab.page.getByRole('button', { name: 'GPX' }).waitFor()
    expect(await tab.page.getByRole('button', { name: /Done|Impossible|Block|Breaks/ }).count()).toBe(0)
    await tab.page.getByRole('link', { name: 'All rounds' }).click()
    await tab.page.getByText('Planning a round takes a key that allows to operate.').waitFor()
    await tab.close()
  })

  test('what is published is seen without a key, and what is not says which key it takes', async () => {
    const tab = await running.open({ path: `${TOWN}/rounds/${id}/lorry-1` })
    // What lorries are called is not published.
    await tab.page.getByRole('heading', { name: /Stops of lorry-1/ }).waitFor()
    await tab.close()
    const { published } = await ask<{ published: string[] }>('')
    await publish(['bins'])
    const other = await running.open({ path: `${TOWN}/rounds/${id}` })
    await other.page.getByText('has not published its rounds. Sign in with a key').waitFor()
    await checkPage(other.page, 'rounds-closed')
    await other.close()
    await publish(published)
  })

  test('on a phone the map is over the list, and nothing is wider than the screen', async () => {
    const tab = await openRound({ viewport: PHONE }, 'lorry-1')
    const { page } = tab
    await page.getByRole('heading', { name: /Stops of Lorry 1/ }).waitFor()
    const map = await page.locator('.round-map').boundingBox()
    const heading = await page.getByRole('heading', { level: 1 }).boundingBox()
    expect(map?.y).toBeLessThan(heading?.y ?? 0)
    expect(await page.evaluate('document.querySelector("main").scrollWidth')).toBeLessThanOrEqual(PHONE.width)
    await untilDrawn(page)
    await checkPage(page, 'rounds-phone')
    await tab.close()
  })
})

/** The map has drawn what it was given. */
async function untilDrawn(page: Page): Promise<void> {
  await page.locator('.round-map .map[aria-busy="false"]').waitFor(PLANNED)
}

/** Streets that the map shows, once it has them. */
async function listUntilThere(page: Page): Promise<string[]> {
  const options = page.locator('#block-street option:not([value=""])')
  await eventually(() => options.count()).toBeGreaterThan(1)
  return options.allTextContents()
}

const waysOf = ({ lorries }: Round): unknown => lorries.map(({ geometry }) => geometry.coordinates)
