import type { TestApp } from '../../fixtures/create-test-app.ts'
import { ID_MARK } from './create-marked-town.ts'
import type { ListedRoute } from './list-routes.ts'
import { send } from './send.ts'

/** What an authority has, as its own key finds it: by the path of a list, the ids that are in it. */
export interface Things {
  /** The path of a route with real things in it, and which they are. */
  resolve(template: string): { path: string; ids: readonly string[] }
  /** All answers, by path. */
  readonly answers: ReadonlyMap<string, string>
}

/** Reads everything that can be read of an authority, the lists first: what they hold fills the paths below them. */
export async function findThings(
  app: TestApp,
  routes: readonly ListedRoute[],
  {
    authority,
    key,
    known = {},
  }: { authority: string; key: string; known?: Readonly<Record<string, string>> },
): Promise<Things> {
  const found = new Map<string, string>()
  const answers = new Map<string, string>()
  const readable = routes
    .filter(({ method, isRefusal, isStream }) => method === 'GET' && !isRefusal && !isStream)
    .filter(({ template }) => template.includes('{authority}'))
    .toSorted((a, b) => countParameters(a.template) - countParameters(b.template))
  for (const { template } of readable) {
    const { path } = resolve(template)
    const { status, text } = await send(app, { method: 'GET', path, authorization: `Bearer ${key}` })
    answers.set(path, `${status} ${text.replace(/urn:kerbside:request:[\w-]+/, '')}`)
    const id = firstId(text)
    if (status === 200 && id !== undefined) found.set(template, id)
  }
  return { resolve, answers }

  function resolve(template: string): { path: string; ids: readonly string[] } {
    const ids: string[] = []
    const path = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string, offset: number) => {
      if (name === 'authority') return authority
      const list = template.slice(0, offset).replace(/[/(]'?$/, '')
      const id = known[name] ?? found.get(list) ?? found.get(`${list}.json`) ?? 'zqid-unknown'
      ids.push(id)
      return encodeURIComponent(id)
    })
    return { path, ids }
  }
}

function countParameters(template: string): number {
  return template.split('{').length
}

const ID_NAMES = ['id', 'devEui', '@iot.id', 'service_request_id', 'service_code']

function idOf(thing: unknown): string | undefined {
  if (typeof thing !== 'object' || thing === null) return undefined
  for (const name of ID_NAMES) {
    const id = (thing as Record<string, unknown>)[name]
    if (typeof id === 'string' || typeof id === 'number') return String(id)
  }
  return undefined
}

/** Of the first thing in an answer that is a list of things: one that was given its id here, where there is one. */
function firstId(text: string): string | undefined {
  const body = parseJson(text)
  const lists = Array.isArray(body) ? [body] : Object.values((body ?? {}) as object).filter(Array.isArray)
  for (const list of lists as unknown[][]) {
    const ids = list.flatMap((thing) => idOf(thing) ?? [])
    const id = ids.find((one) => one.includes(ID_MARK)) ?? ids[0]
    if (id !== undefined) return id
  }
  return undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
