import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { request } from '../fixtures/api-client.ts'
import { checkPage } from '../fixtures/check-page.ts'
import { openConsole } from '../fixtures/open-console.ts'
import { hasChromium, startChromium } from '../fixtures/start-chromium.ts'
import { type KerbsideProcess, startKerbside, TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

const START_MS = 180_000

describe.skipIf(!hasChromium)('shares', { timeout: 240_000 }, () => {
  let folder: string
  let kerbside: KerbsideProcess
  let browser: Browser
  const keys: Record<string, string> = {}
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kerbside-shares-'))
    kerbside = await startKerbside(['up'], { KERBSIDE_DATA: folder })
    browser = await startChromium()
    for (const id of ['alpha', 'beta']) {
      await ask('POST', '/v1/authorities', { id, name: `Town of ${id}`, timeZone: 'UTC' })
      const made = await ask('POST', `/v1/authorities/${id}/keys`, { name: 'console', scopes: ['admin'] })
      keys[id] = String(made['key'])
    }
    const place = { longitude: 13.4, latitude: 52.5 }
    await ask('POST', '/v1/authorities/alpha/devices', { id: 'bin-1', kind: 'bin', ...place })
    await ask('POST', '/v1/authorities/beta/depots', { id: 'yard', name: 'Yard', ...place })
    await ask('POST', '/v1/authorities/beta/lorries', { id: 'lorry-1', name: 'One', depotId: 'yard' })
  }, START_MS)
  afterAll(async () => {
    await browser?.close()
    await kerbside?.stop()
    await rm(folder, { recursive: true, force: true })
  }, START_MS)

  const ask = (method: string, path: string, body?: unknown) =>
    request<Record<string, unknown>>(kerbside.apiUrl, path, { method, body, key: TEST_ADMIN_KEY })
  const open = (authority: string) =>
    openConsole(browser, { apiUrl: kerbside.apiUrl, path: `${authority}/shares`, key: keys[authority] ?? '' })

  test('one is granted, received, looked into and declined', async () => {
    const granting = await open('alpha')
    await granting.page.getByText('Nothing is shared with anybody.').waitFor()
    await granting.page.getByRole('button', { name: 'Share something…' }).click()
    const dialog = granting.page.getByRole('dialog')
    await dialog.getByLabel('Id of the authority that may use it').fill('beta')
    await dialog.getByLabel('Which of them').fill('bin-9')
    await checkPage(granting.page, 'share-dialog')
    await dialog.getByRole('button', { name: 'Share it' }).click()
    await dialog.getByText('there is no bin bin-9').waitFor()
    await dialog.getByLabel('Which of them').fill('bin-1')
    await dialog.getByLabel('What for').selectOption('plan')
    await dialog.getByRole('button', { name: 'Share it' }).click()
    await granting.page.getByText('1 bin may be used by beta.').waitFor()
    await checkPage(granting.page, 'shares')
    await granting.page.setViewportSize({ width: 390, height: 844 })
    expect(await granting.page.evaluate('document.querySelector("main").scrollWidth')).toBeLessThanOrEqual(
      390,
    )
    await granting.page.setViewportSize({ width: 1280, height: 800 })

    const { items } = await request<{ items: { id: string }[] }>(
      kerbside.apiUrl,
      '/v1/authorities/beta/shares?direction=received',
      { key: keys['beta'] ?? '' },
    )
    const path = `/v1/authorities/beta/shares/${items[0]?.id}/features`
    await request(kerbside.apiUrl, path, { key: keys['beta'] ?? '' })
    const receiving = await open('beta')
    await receiving.page.getByRole('row').filter({ hasText: 'alpha' }).filter({ hasText: 'active' }).waitFor()
    await granting.page.getByRole('button', { name: 'Accesses: 1 bin, beta' }).click()
    await dialog.getByText('looked at the map').waitFor()
    await checkPage(granting.page, 'share-accesses')
    await dialog.getByRole('button', { name: 'Close' }).click()

    const planning = await openConsole(browser, {
      apiUrl: kerbside.apiUrl,
      path: 'beta/rounds',
      key: keys['beta'] ?? '',
    })
    await planning.page.getByRole('button', { name: 'Plan a round' }).first().click()
    await planning.page.getByText('Lorries, bins, next day').click()
    await planning.page.getByLabel('alpha: 1 bin').check()
    await planning.page.getByRole('button', { name: 'Start planning' }).click()
    await planning.page.getByRole('dialog').waitFor({ state: 'detached' })
    const rounds = await ask('GET', '/v1/authorities/beta/rounds')
    expect(rounds['items']).toMatchObject([{ request: { shareIds: [items[0]?.id] } }])
    await planning.close(['404 (Not Found)'])

    await receiving.page.getByRole('button', { name: 'Decline: 1 bin, alpha' }).click()
    await receiving.page.getByRole('dialog').getByRole('button', { name: 'Decline' }).click()
    await receiving.page.getByText('The share is over.').waitFor()
    expect(await ask('GET', `/v1/authorities/alpha/shares/${items[0]?.id}`)).toMatchObject({
      state: 'declined',
    })
    await receiving.close()
    await granting.close(['status of 400'])
  })
})
