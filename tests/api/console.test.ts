import { posix } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../fixtures/create-test-app.ts'

describe('the console’s files', () => {
  let app: TestApp
  let page: string
  let base: string
  beforeAll(async () => {
    app = await openTestApp()
    page = (await app.call('GET', '/', { key: null })).text
    base = /console\/[\w-]+\//.exec(page)?.[0] ?? ''
  })
  afterAll(() => app.close())

  const get = (path: string) => app.call('GET', `/${base}${path}`, { key: null })

  test('the page is for everybody, under a policy that allows nothing from elsewhere and nothing inline', async () => {
    const { status, headers } = await app.call('GET', '/', { key: null })
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['cache-control']).toBe('no-cache')
    const policy = String(headers['content-security-policy'])
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
      ]),
    )
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
    expect(page).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
  })

  test('a style from elsewhere is named in the page, and its origins alone are allowed', async () => {
    const url = 'https://maps.example/style.json'
    const other = await openTestApp({
      mapStyle: { url, origins: ['https://maps.example', 'https://tiles.example'] },
    })
    const { headers, text } = await other.call('GET', '/', { key: null })
    await other.close()
    expect(text).toContain(`<meta name="map-style" content="${url}">`)
    expect(headers['content-security-policy']).toContain(
      "connect-src 'self' https://maps.example https://tiles.example;",
    )
  })

  test('all modules are JavaScript whose imports are there, from the first on', async () => {
    const found = new Set(['main.ts'])
    for (const path of found) {
      const { status, headers, text } = await get(path)
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/javascript; charset=utf-8'])
      expect(headers['content-security-policy'], path).toContain("default-src 'none'")
      if (path.startsWith('lib/')) continue
      expect(text, path).not.toMatch(/\binterface \w+|\bimport type\b/)
      for (const [, specifier = ''] of text.matchAll(/(?:\bfrom|\bimport\()\s*'([^'\n]+)'/g)) {
        expect(specifier, path).toMatch(/^\.\.?\//)
        found.add(posix.join(posix.dirname(path), specifier))
      }
    }
    expect([...found]).toEqual(
      expect.arrayContaining(['shell.ts', 'pages/town.ts', 'lib/maplibre-gl.mjs', 'lib/uplot.mjs']),
    )
  })

  test('what the page loads at once is told to the browser at once', () => {
    const preloaded = [...page.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(([, href]) => href)
    expect(preloaded).toEqual(expect.arrayContaining([`${base}main.ts`, `${base}shell.ts`, `${base}api.ts`]))
    expect(preloaded).toContain(`${base}pages/town/live-town.ts`)
    // Other pages, and libraries, come when they are needed.
    expect(preloaded.filter((path) => /pages\/(?!town)|\/lib\//.test(path ?? ''))).toEqual([])
  })

  test('a file is kept for good under its version, and compressed', async () => {
    const { headers } = await get('style.css')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const packed = await app.call('GET', `/${base}style.css`, {
      key: null,
      headers: { 'accept-encoding': 'br' },
    })
    expect(packed.headers['content-encoding']).toBe('br')
    const again = await app.call('GET', `/${base}style.css`, {
      key: null,
      headers: { 'if-none-match': String(headers['etag']) },
    })
    expect(again.status).toBe(304)
    const older = await app.call('GET', '/console/an-older-one/style.css', { key: null })
    expect([older.status, older.headers['cache-control']]).toEqual([200, 'no-cache'])
  })

  test.each([
    'nothing.ts',
    '../package.json',
    '..%2fpackage.json',
    'tsconfig.json',
    'README.md',
    'index.html',
  ])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404)
  })
})

test('who asks without a key learns which authorities have published anything, and who has one what it allows', async () => {
  const app = await openTestApp()
  await app.createAuthority({ id: 'alpha', published: ['bins'] })
  await app.createAuthority({ id: 'beta' })
  const { body } = await app.call('GET', '/v1/published', { key: null })
  expect(body.items.map(({ id }: { id: string }) => id)).toEqual(['alpha'])
  expect((await app.call('GET', '/v1/published?limit=x', { key: null })).status).toBe(400)

  expect((await app.call('GET', '/v1/key')).body).toMatchObject({ authority: null, scopes: ['admin'] })
  const key = await app.createKey('beta', 'operate')
  expect((await app.call('GET', '/v1/key', { key })).body).toEqual({
    authority: 'beta',
    name: 'operate',
    scopes: ['operate'],
  })
  expect((await app.call('GET', '/v1/key', { key: null })).status).toBe(401)
  expect((await app.call('GET', '/v1/key', { key: 'wrong' })).status).toBe(401)
  await app.close()
})
