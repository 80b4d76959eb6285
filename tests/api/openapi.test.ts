import { expect, test } from 'vitest'
import { createTestApp } from '../fixtures/create-test-app.ts'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security?: object[]
  parameters?: { name: string; in: string }[]
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>
}

async function readDocument() {
  const app = await createTestApp()
  const { status, body } = await app.call('GET', '/openapi.json', { key: null })
  expect(status).toBe(200)
  const operations = Object.entries(body.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  return { app, document: body, operations }
}

test('the document is OpenAPI 3.1 and has each endpoint, with an id of its own', async () => {
  const { app, document, operations } = await readDocument()
  expect(document.openapi).toBe('3.1.0')
  const expected = app.app.knownRoutes
    .filter(({ method, schema }) => !schema.hide && !['HEAD', 'OPTIONS'].includes(method))
    .map(({ method, url }) => `${method} ${url.replaceAll(/:(\w+)(\([^/]*?\))?/g, '{$1}')}`)
  expect(operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(
    expected.sort(),
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  expect(ids).not.toContain(undefined)
  expect(new Set(ids).size).toBe(ids.length)
})

test('each endpoint has a summary, a tag that is explained, and its answers described', async () => {
  const { document, operations } = await readDocument()
  const tags = document.tags.map((tag: { name: string }) => tag.name)
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`
    expect(operation.summary, where).toMatch(/\w+/)
    expect(tags, where).toEqual(expect.arrayContaining(operation.tags))
    for (const [status, response] of Object.entries(operation.responses)) {
      expect(response.description, `${where} ${status}`).not.toBe('Default Response')
    }
  }
})

test('each endpoint that takes a key says so, and with which problems it answers', async () => {
  const { operations } = await readDocument()
  for (const { path, method, operation } of operations.filter((one) => one.path.startsWith('/v1/'))) {
    const where = `${method} ${path}`
    // Who has published anything is what one looks up before there is a key.
    if (path === '/v1/published') expect(operation.security).toEqual([])
    else expect(operation.security, where).toContainEqual({ key: [] })
    for (const status of ['400', '401', '403', '404', '429', '503']) {
      expect(operation.responses[status]?.content, `${where} ${status}`).toHaveProperty([
        'application/problem+json',
      ])
    }
  }
})

test('a schema has no list of schemas for its items, which OpenAPI 3.1 knows no more', async () => {
  const { document } = await readDocument()
  expect(JSON.stringify(document)).not.toContain('"items":[')
})

test('each parameter of a path is declared, and each reference leads to something', async () => {
  const { document, operations } = await readDocument()
  for (const { path, method, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const declared = (operation.parameters ?? []).filter((one) => one.in === 'path').map((one) => one.name)
    expect(declared.sort(), `${method} ${path}`).toEqual(inPath.sort())
  }
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1])
  expect(references.length).toBeGreaterThan(10)
  for (const reference of new Set(references)) {
    const found = reference
      ?.replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((value, step) => (value as Record<string, unknown> | undefined)?.[step], document)
    expect(found, reference).toBeDefined()
  }
})

test('what changes a site is documented with its fields, none of which has to be there', async () => {
  const { document } = await readDocument()
  const { LorryPatchInput } = document.components.schemas
  expect(LorryPatchInput.required).toBeUndefined()
  expect(LorryPatchInput.additionalProperties).toBe(false)
  expect(Object.keys(LorryPatchInput.properties)).toEqual(expect.arrayContaining(['depotId', 'capacity']))
  const body = document.paths['/v1/authorities/{authority}/lorries/{id}'].patch.requestBody
  expect(body.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/LorryPatchInput' })
})

test('a body is required where the server wants one, and only there', async () => {
  const { document } = await readDocument()
  const { paths } = document
  expect(paths['/v1/authorities/{authority}/quarantine/replay'].post.requestBody.required).toBe(false)
  expect(paths['/v1/authorities/{authority}/devices'].post.requestBody.required).toBe(true)
})

test('times, durations and time zones are described by their form', async () => {
  const { document } = await readDocument()
  const { parameters } = document.paths['/v1/authorities/{authority}/devices/{device}/readings'].get
  const schemaOf = (name: string) =>
    parameters.find((parameter: { name: string }) => parameter.name === name).schema
  for (const name of ['from', 'to']) {
    const { anyOf } = schemaOf(name)
    expect(anyOf).toContainEqual({ format: 'date-time' })
    expect('1771243200000').toMatch(new RegExp(anyOf[1].pattern))
  }
  const duration = new RegExp(schemaOf('every').pattern)
  expect(['PT15M', 'P1D', 'P1W', 'P1DT1H'].filter((text) => !duration.test(text))).toEqual([])
  expect(['P', 'PT', '15M', 'P1Y'].filter((text) => duration.test(text))).toEqual([])
  const { pattern } = document.components.schemas.Authority.properties.timeZone
  expect('America/Argentina/Buenos_Aires').toMatch(new RegExp(pattern))
  expect('+01:00').not.toMatch(new RegExp(pattern))
})
