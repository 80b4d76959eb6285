import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PUBLISHABLE } from '../../../model/authority.ts'
import { findMarks, ghostOf, listSecretIds, withoutQuestion } from './compare-answers.ts'
import { createMarkedTown, type MarkedTown } from './create-marked-town.ts'
import { findThings, type Things } from './find-things.ts'
import { type ListedRoute, listRoutes } from './list-routes.ts'
import { mendBody } from './make-body.ts'
import { type Got, send } from './send.ts'

let town: MarkedTown
let routes: ListedRoute[]
let alpha: Things
let beta: Things
let secrets: string[]

const BIN = 'zqid-bin'
const SWEEP_MS = 300_000

beforeAll(async () => {
  town = await createMarkedTown()
  routes = listRoutes(town.app)
  const { app, alphaKey, betaKeys, foreignShare } = town
  await fillTheRest()
  alpha = await findThings(app, routes, { authority: 'alpha', key: alphaKey, known: { share: foreignShare } })
  beta = await findThings(app, routes, { authority: 'beta', key: betaKeys.admin })
  const ofBeta = listSecretIds(beta.answers.values())
  secrets = listSecretIds(alpha.answers.values()).filter((id) => !ofBeta.includes(id))
}, SWEEP_MS)
afterAll(() => town.app.close())

/** What there is to be made that nobody thought of here, from the schemas: what is refused is not there. */
async function fillTheRest(): Promise<void> {
  const { app, alphaKey } = town
  for (const { method, template, isRefusal, makeBody } of routes) {
    const isList = /^\/v1\/authorities\/\{authority\}\/[^{]*$/.test(template)
    const isKnown = /\/(rounds|shares|keys|quarantine\/replay|gtfs)$/.test(template)
    if (method !== 'POST' || isRefusal || !isList || isKnown) continue
    const path = template.replace('{authority}', 'alpha')
    let body = makeBody('zqid-more')
    for (let tries = 0; body && tries < 5; tries += 1) {
      const { text } = await send(app, { method, path, authorization: `Bearer ${alphaKey}`, body })
      const wrong = [...text.matchAll(/"path":"([^"]+)"/g)].map(([, field]) => field ?? '')
      const mended = mendBody(body.body, wrong)
      body = mended === undefined ? undefined : { ...body, body: mended }
    }
  }
}

/** By name, the header that somebody comes with who is not of alpha. */
function listCallers(): [string, string | undefined][] {
  const { betaKeys, passwords } = town
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  return [
    ['nobody', undefined],
    ['a key that is none', 'Bearer kerbside_nobodys'],
    ...Object.entries(betaKeys).map(([scope, key]): [string, string] => [`beta, ${scope}`, `Bearer ${key}`]),
    ['a device of alpha', `Bearer ${passwords.alpha}`],
    ['a device of alpha, by name', basic(`alpha/${BIN}:${passwords.alpha}`)],
    ['a device of beta', `Bearer ${passwords.beta}`],
  ]
}

interface Sweep {
  /** Whose space is asked in. */
  readonly space: 'alpha' | 'beta'
  readonly methods: (route: ListedRoute) => boolean
  readonly callers: readonly (readonly [string, string | undefined])[]
  /** Marks of alpha that may be told. */
  readonly allowed?: RegExp
}

/**
 * Asks every route for what alpha has, and again for what is not there. Fails where anything of alpha is told, or where the two
 * answers differ in more than what was asked for.
 */
async function sweep({ space, methods, callers, allowed }: Sweep): Promise<number> {
  const { app } = town
  const faults: string[] = []
  let asked = 0
  for (const route of routes.filter(({ template }) => template.includes('{authority}')).filter(methods)) {
    const { method, isStream, makeBody } = route
    const { path, ids } = alpha.resolve(route.template)
    // What every authority has, such as a service or a collection, tells nothing.
    const common = beta.resolve(route.template).ids
    const [real, ghost] = [ids, ids.map((id, index) => (common[index] === id ? id : ghostOf(id)))]
    const target = path.replace('/authorities/alpha', `/authorities/${space}`)
    for (const [name, authorization] of callers) {
      for (const query of ['', ...queriesOf(route, name)]) {
        const base = { method, authorization, isStream }
        const where = `${method} ${target}${query} (${name})`
        const got = await send(app, { ...base, path: `${target}${query}`, body: makeBody(BIN) })
        asked += 1
        const sent = [...real, BIN]
        const marks = findMarks(got, { sent, secrets, ...(allowed && { allowed }) })
        if (marks.length > 0) faults.push(`${where}: ${got.status} tells ${marks.slice(0, 5).join(', ')}`)
        if (space === 'beta' && query === '' && ghost.join() === real.join()) continue
        // Somewhere else, or of something else, that is not there: nobody can tell the difference.
        const other = await send(app, {
          ...base,
          path: `${replaceIds(target, real, ghost)}${query.replace(BIN, ghostOf(BIN))}`,
          body: makeBody(ghostOf(BIN)),
        })
        const [a, b] = [withoutQuestion(got, sent), withoutQuestion(other, [...ghost, ghostOf(BIN)])]
        if (!isChange(route, got) && a !== b) faults.push(`${where} differs:\n${a}\n${b}`)
        if (space !== 'alpha') continue
        const nowhere = await send(app, {
          ...base,
          path: `${target.replace('/authorities/alpha', '/authorities/zulu1')}${query}`,
          body: makeBody(BIN),
        })
        const c = withoutQuestion(nowhere, sent).replaceAll('zulu1', 'alpha')
        if (a !== c) faults.push(`${where} differs from an authority that is not there:\n${a}\n${c}`)
      }
    }
  }
  expect(faults.slice(0, 10), `${faults.length} faults`).toEqual([])
  return asked
}

function queriesOf({ queryNames }: ListedRoute, caller: string): string[] {
  return caller === 'beta, admin' ? queryNames.map((name) => `?${encodeURIComponent(name)}=${BIN}`) : []
}

function replaceIds(path: string, real: readonly string[], ghost: readonly string[]): string {
  return real.reduce(
    (text, id, index) => text.replace(`${encodeURIComponent(id)}`, encodeURIComponent(ghost[index] ?? '')),
    path,
  )
}

/** What was made is another thing each time, with an id and secrets of its own. */
function isChange({ method }: ListedRoute, { status }: Got): boolean {
  return !['GET', 'HEAD'].includes(method) && status < 300
}

const isRead = ({ method, isRefusal }: ListedRoute) => ['GET', 'HEAD'].includes(method) && !isRefusal
const isAnyChange = ({ method, isRefusal }: ListedRoute) => !['GET', 'HEAD'].includes(method) && !isRefusal

/** Of routes outside of any authority: lists of authorities, metrics, documents, the console. */
async function expectNothingCommon(allowed?: RegExp): Promise<void> {
  const common = routes.filter(({ template }) => !template.includes('{authority}')).filter(isRead)
  expect(common.length).toBeGreaterThan(10)
  for (const { method, template, isStream } of common) {
    const { path } = alpha.resolve(template)
    for (const [name, authorization] of listCallers()) {
      const got = await send(town.app, { method, path, authorization, isStream })
      const marks = findMarks(got, { sent: [], secrets, ...(allowed && { allowed }) })
      expect(marks, `${method} ${path} (${name})`).toEqual([])
    }
  }
}

const readersOfBeta = () => listCallers().filter(([name]) => /^beta, (read|admin)$/.test(name))

async function sweepReads(callers = listCallers()): Promise<void> {
  expect(await sweep({ space: 'alpha', methods: isRead, callers })).toBeGreaterThan(100)
  await sweep({ space: 'beta', methods: isRead, callers: readersOfBeta() })
  await expectNothingCommon()
}

test('alpha has something to be found behind most routes', () => {
  const told = [...alpha.answers].filter(([, text]) => text.startsWith('200') && /zq(id|secret)/.test(text))
  expect(told.length).toBeGreaterThan(30)
  const empty = [...alpha.answers].filter(
    ([path, text]) => path.includes('unknown') || text.startsWith('404'),
  )
  // Nobody alive follows alpha's buses or draws its streets here.
  expect(empty.length).toBeLessThan(alpha.answers.size / 3)
  expect(secrets.length).toBeGreaterThan(3)
})

test('before anything is shared nobody reads anything of alpha, or can tell what is there', {
  timeout: SWEEP_MS,
}, async () => {
  await sweepReads()
  // Where a method is none of a path's, all paths are alike.
  await sweep({ space: 'alpha', methods: ({ isRefusal }) => isRefusal, callers: listCallers().slice(0, 1) })
})

/** What belongs to a dataset that alpha publishes; of others what is called as they are. */
const PUBLIC_MARKS: Readonly<Record<string, RegExp>> = {
  bins: /^zq(id|secret)-(bin|shared|more)|^\d/,
  counters: /^zq(id|secret)-counter|^\d/,
  displays: /^zq(id|secret)-display|^zqid-stop|^\d/,
  vehicles: /^zq(id|secret)-vehicle|^\d/,
  departures: /^zq(id|secret)-(stop|transit|vehicle)|^\d/,
  gtfs: /^zq(id|secret)-(stop|transit)/,
  'gtfs-rt': /^zq(id|secret)-(stop|transit|vehicle)|^\d/,
  // Works are told with them.
  'service-alerts': /^zq(id|secret)-(stop|transit)|^zqid-more/,
  rounds: /^zqid-(bin|shared|more|lorry|tip|depot)|^\d/,
}

describe('what alpha publishes is there for everybody, and nothing beside it', () => {
  test.each(PUBLISHABLE)('%s', { timeout: SWEEP_MS }, async (dataset) => {
    const { app, betaKeys } = town
    const path = '/v1/authorities/alpha'
    expect((await app.call('PATCH', path, { body: { published: [dataset] } })).status).toBe(200)
    const allowed = PUBLIC_MARKS[dataset] ?? new RegExp(`^zq(id|secret)-${dataset}|^zqid-more|^\\d`)
    try {
      const { alphaKey, foreignShare } = town
      const known = { share: foreignShare }
      // Some of it is there only once it is published.
      const things = await findThings(app, routes, { authority: 'alpha', key: alphaKey, known })
      // What goes with any dataset, as streets do, need not be there.
      const readable = routes
        .filter(({ published }) => published.includes(dataset) && published.length < PUBLISHABLE.length)
        .filter(isRead)
      const answers: Got[] = []
      for (const route of routes.filter(isRead)) {
        const target = things.resolve(route.template)
        for (const authorization of [undefined, `Bearer ${betaKeys.read}`]) {
          const request = { method: route.method, isStream: route.isStream, authorization }
          const got = await send(app, { ...request, path: target.path })
          if (readable.includes(route)) answers.push(got)
          const marks = findMarks(got, { sent: target.ids, secrets: [], allowed })
          expect(marks, `${route.method} ${target.path} tells what is no ${dataset}`).toEqual([])
        }
      }
      if (readable.length > 0 && Object.hasOwn(PUBLIC_MARKS, dataset))
        expect(answers.map(({ status }) => status)).toContain(200)
    } finally {
      await app.call('PATCH', path, { body: { published: [] } })
    }
  })
})

describe('what alpha shares with beta', () => {
  const GRANTED = '/v1/authorities/alpha/shares'
  const SHARED = /^zq(id|secret)-shared$|^zqid-stop-2$|^zqsecret-transit(-east)?$|^\d/
  const shareIds: string[] = []

  /** Every route of a share, asked with beta's shares; resolves with how many answers gave something out. */
  async function askShares(authorization: string | undefined, space = 'beta'): Promise<Got[]> {
    const given: Got[] = []
    for (const id of shareIds) {
      for (const route of routes.filter(({ template }) => template.includes('{share}')).filter(isRead)) {
        const path = route.template.replace('{authority}', space).replace('{share}', id)
        const things = ['zqid-shared', 'zqid-stop-2', BIN, 'zqid-counter', 'zqid-stop-1']
        const isOfThing = /\{(?!authority|share)\w+\}/.test(path)
        const queries = route.queryNames.includes('device') ? things.map((thing) => `?device=${thing}`) : ['']
        for (const target of isOfThing ? things.map((thing) => path.replace(/\{\w+\}/, thing)) : [path]) {
          for (const query of queries) {
            const url = `${target}${query}`
            const got = await send(town.app, { method: route.method, path: url, authorization })
            const marks = findMarks(got, {
              sent: things.filter((thing) => url.includes(thing) && got.status !== 200),
              secrets,
              allowed: SHARED,
            })
            expect(marks, `${route.method} ${url}`).toEqual([])
            if (got.status === 200 && /(features|readings|departures)/.test(url)) given.push(got)
          }
        }
      }
    }
    return given
  }

  const accessesOf = async (authority: string) => {
    const pages = await Promise.all(
      shareIds.map((id) => town.app.call('GET', `/v1/authorities/${authority}/shares/${id}/accesses`)),
    )
    return pages.map(({ body }) => body.items.length).reduce((sum: number, count: number) => sum + count, 0)
  }

  test('is all that comes through while it is shared, and each access is in both audits', {
    timeout: SWEEP_MS,
  }, async () => {
    const { app, alphaKey, betaKeys } = town
    for (const dataset of [
      { type: 'bins', deviceIds: ['zqid-shared'] },
      { type: 'departures', stopIds: ['zqid-stop-2'] },
    ]) {
      const purpose = dataset.type === 'bins' ? 'plan' : 'read'
      const body = { to: 'beta', dataset, purpose, until: '2026-02-19T00:00:00Z' }
      const { status, body: share } = await app.call('POST', GRANTED, { key: alphaKey, body })
      expect(status).toBe(201)
      shareIds.push(share.id)
    }
    await sweepReads(readersOfBeta())
    let given = 0
    for (const scope of ['read', 'operate', 'admin'] as const) {
      const answers = await askShares(`Bearer ${betaKeys[scope]}`)
      expect(answers.length).toBeGreaterThan(5)
      given += answers.length
      // The readings of what is shared are among them.
      expect(answers.some(({ text }) => text.includes('zqid-shared') && text.includes('37.4137'))).toBe(true)
      expect(answers.some(({ text }) => text.includes('zqsecret-transit-east'))).toBe(true)
    }
    for (const authorization of [undefined, `Bearer ${betaKeys.published}`, `Bearer ${alphaKey}`]) {
      expect(await askShares(authorization)).toEqual([])
    }
    expect(await askShares(`Bearer ${betaKeys.admin}`, 'alpha')).toEqual([])
    expect(await askShares(`Bearer ${alphaKey}`, 'alpha')).toEqual([])
    expect([await accessesOf('alpha'), await accessesOf('beta')]).toEqual([given, given])
  })

  test('is gone at once when it is withdrawn, and nothing tells it from what never was', {
    timeout: SWEEP_MS,
  }, async () => {
    const { app, betaKeys } = town
    const before = await accessesOf('beta')
    for (const id of shareIds) {
      expect((await app.call('DELETE', `${GRANTED}/${id}`)).status).toBe(204)
    }
    await sweepReads(readersOfBeta())
    expect(await askShares(`Bearer ${betaKeys.admin}`)).toEqual([])
    expect(await accessesOf('beta')).toBe(before)
    const [share = ''] = shareIds
    for (const path of ['features', 'readings?device=zqid-shared']) {
      const [was, never] = await Promise.all(
        [share, ghostOf(share)].map(async (id) => {
          const got = await send(app, {
            method: 'GET',
            path: `/v1/authorities/beta/shares/${id}/${path}`,
            authorization: `Bearer ${betaKeys.admin}`,
          })
          return withoutQuestion(got, [id])
        }),
      )
      expect(was).toBe(never)
    }
  })
})

// Last: beta then has things of its own that it has called as alpha's are called.
test('nobody changes anything of alpha, or learns of it by trying to', { timeout: SWEEP_MS }, async () => {
  const { app, alphaKey, foreignShare } = town
  const look = () =>
    findThings(app, routes, { authority: 'alpha', key: alphaKey, known: { share: foreignShare } })
  const before = await look()
  await sweep({ space: 'alpha', methods: isAnyChange, callers: listCallers() })
  const changers = listCallers().filter(([name]) => /^beta, (operate|admin)$/.test(name))
  await sweep({ space: 'beta', methods: isAnyChange, callers: changers, allowed: /^zqid/ })
  await sweep({ space: 'beta', methods: isRead, callers: readersOfBeta(), allowed: /^zqid/ })
  const after = await look()
  expect(after.answers.size).toBe(before.answers.size)
  for (const [path, text] of after.answers) {
    // This counts alpha's own looking.
    if (!path.endsWith('/usage')) expect(text, path).toBe(before.answers.get(path))
  }
})
