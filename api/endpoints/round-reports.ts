import { createHash } from 'node:crypto'
import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import type { Round } from '../../model/round.ts'
import type { Registry } from '../../registry/registry.ts'
import { compareRounds, roundComparisonSchema } from '../../rounds/compare-rounds.ts'
import { SHEET_STYLE, type SheetNames, writeRoundSheet } from '../../rounds/write-sheet.ts'
import { answers, answersWith, documentedPublishable } from '../documented.ts'
import { listSites } from '../list-sites.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf, hasKeyOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { readSharedBins } from '../shared-bins.ts'
import { createShowRound } from '../show-rounds.ts'
import { sendWritten } from '../written.ts'

schemas.add(roundComparisonSchema, { id: 'RoundComparison' })

const roundParams = authorityParams.extend({ round: idSchema })
const comparisonQuery = z.object({ with: idSchema.optional() })

/** Of rounds from the newest on: one that is done is not further down than these, or it is too old to compare with. */
const EARLIER_MAX = 200
const EARLIER_PER_READ = 20

/** The sheet has one style and nothing else that a browser would load or run. */
const SHEET_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(SHEET_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** What people read of a round: the sheet for its crews, and what it takes more or less than another one. */
export function registerRoundReports(app: Api, parts: ApiParts): void {
  const { registry } = parts
  const show = createShowRound(parts)

  app.get(
    '/v1/authorities/:authority/rounds/:round.html',
    {
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable(
          'rounds',
          'getRoundSheet',
          'Get a round as sheets to print: a page for each lorry, with a map',
          "Times are of the authority's time zone. Without a key, what is not published is called by its id.",
        ),
        params: roundParams,
        response: answersWith(200, 'The round as it is now', { 'text/html': { schema: z.string() } }),
      },
    },
    async (request, reply) => {
      const { authority, round: id } = request.params
      const round = show(request, authority, await registry.getRound(authority, id))
      const names = await readNames(parts, authority, hasKeyOf(request, authority))
      if (round.request.shareIds && hasKeyOf(request, authority)) {
        const user = { actor: actorOf(request), round: id }
        for (const { bins } of await readSharedBins(parts, authority, round.request, user)) {
          for (const bin of bins) if (bin.name !== null) names.bins.set(bin.id, bin.name)
        }
      }
      reply.header('content-security-policy', SHEET_POLICY)
      return sendWritten(reply, 'text/html; charset=utf-8', writeRoundSheet(round, names))
    },
  )

  app.get(
    '/v1/authorities/:authority/rounds/:round/comparison',
    {
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable(
          'rounds',
          'compareRounds',
          'Compare a round with another one',
          'With the newest one before it that is done, where `with` names none. Both have to have a plan: otherwise 409.',
        ),
        params: roundParams,
        querystring: comparisonQuery,
        response: answers(200, 'What it takes more or less', roundComparisonSchema),
      },
    },
    async (request) => {
      const { authority, round: id } = request.params
      const round = requirePlan(await registry.getRound(authority, id))
      const { with: otherId } = request.query
      const other =
        otherId === undefined
          ? await findEarlier(registry, authority, round)
          : requirePlan(await registry.getRound(authority, otherId))
      return compareRounds(show(request, authority, round), show(request, authority, other))
    },
  )
}

function requirePlan(round: Round): Round {
  const hasPlan = round.status === 'done' || (round.status === 'cancelled' && round.lorries.length > 0)
  if (hasPlan) return round
  throw new KerbsideError('CONFLICT', `The round ${round.id} has no plan to compare: it is ${round.status}`)
}

async function findEarlier(registry: Registry, authority: string, round: Round): Promise<Round> {
  let after: string | undefined = `${Date.parse(round.createdTime)}.${round.id}`
  for (let read = 0; read < EARLIER_MAX && after !== undefined; read += EARLIER_PER_READ) {
    const page = await registry.listRounds(authority, { limit: EARLIER_PER_READ, after })
    const done = page.items.find(({ status }) => status === 'done')
    if (done) return done
    after = page.next ?? undefined
  }
  throw new KerbsideError('NOT_FOUND', `There is no round before ${round.id} that is done: name one, ?with=…`)
}

async function readNames(
  { registry, directory }: ApiParts,
  id: string,
  mayReadAll: boolean,
): Promise<SheetNames & { readonly bins: Map<string, string> }> {
  const { name, timeZone } = await registry.getAuthority(id)
  const bins = new Map<string, string>()
  const names = { authority: name, timeZone, lorries: new Map(), bins, tips: new Map() }
  if (!mayReadAll) return names
  const [lorries, tips] = await Promise.all([
    listSites(registry, id, 'lorries'),
    listSites(registry, id, 'tips'),
    directory.refresh(),
  ])
  for (const lorry of lorries) names.lorries.set(lorry.id, lorry.name)
  for (const tip of tips) names.tips.set(tip.id, tip.name)
  for (const { device } of directory.list(id)) {
    if (device.kind === 'bin' && device.name !== null) names.bins.set(device.id, device.name)
  }
  return names
}
