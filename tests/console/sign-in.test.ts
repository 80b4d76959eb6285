import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkPage } from '../fixtures/check-page.ts'
import { hasChromium } from '../fixtures/start-chromium.ts'
import { type RunningConsole, START_MS, startConsole } from '../fixtures/start-console.ts'
import { TEST_ADMIN_KEY } from '../fixtures/start-kerbside.ts'

describe.skipIf(!hasChromium)('signing in', { timeout: 400_000 }, () => {
  let running: RunningConsole
  beforeAll(async () => {
    running = await startConsole({ historyDays: 2 })
  }, START_MS)
  afterAll(() => running?.close(), START_MS)

  test('is refused with a wrong key, which says why, and goes on with a right one', async () => {
    const tab = await running.open({ path: 'sign-in' })
    const { page } = tab
    await page.getByLabel('Key').fill('not-a-key')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').filter({ hasText: 'This key is not valid' }).waitFor()
    await checkPage(page, 'sign-in')

    await page.getByLabel('Key').fill(running.key)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(page.url()).not.toContain(running.key)
    await tab.close(['401'])
  })

  test('with the installation’s key leads to every authority, and lasts over a reload', async () => {
    const name = 'A second authority'
    await fetch(`${running.apiUrl}/v1/authorities`, {
      method: 'POST',
      headers: { authorization: `Bearer ${TEST_ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'second', name }),
    })
    const tab = await running.open({ path: 'sign-in' })
    const { page } = tab
    await page.getByLabel('Key').fill(TEST_ADMIN_KEY)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('link', { name }).click()
    await page.getByRole('heading', { name: 'Town' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    expect(await page.getByRole('combobox', { name: 'Authority' }).inputValue()).toBe('second')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Nothing of second is shown without its key').waitFor()
    await tab.close()
  })
})
