import { expect } from 'vitest'
import type { Round } from '../../model/round.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { makeLorry } from '../rounds/round-town.ts'

export const ROUNDS = '/v1/authorities/alpha/rounds'
const DEPOT = { id: 'yard', name: 'The yard', longitude: 13.4, latitude: 52.5 }
const LORRY = makeLorry('lorry-1', { name: 'One' })

/** An authority in Berlin with a depot, a lorry, and bins at 50, 51, … per cent, all of 240 litres. */
export async function createTown(
  parts: Parameters<typeof createTestApp>[0] = {},
  binCount = 50,
): Promise<TestApp> {
  const own = await createTestApp(parts)
  await own.createAuthority({ id: 'alpha', timeZone: 'Europe/Berlin' })
  await own.registry.createSite('alpha', 'depots', DEPOT, 'installation')
  await own.registry.createSite('alpha', 'lorries', LORRY, 'installation')
  await own.registry.createDevices(
    'alpha',
    Array.from({ length: binCount }, (_, index) => ({
      id: `bin-${index}`,
      kind: 'bin' as const,
      name: null,
      longitude: 13.4 + ((index * 37) % 50) / 1000,
      latitude: 52.5 + ((index * 13) % 50) / 1000,
      uprn: null,
      usrn: null,
      stopIds: [],
      settings: { capacityLitres: 240 },
    })),
    'installation',
  )
  const time = own.clock.now() - 60_000
  await own.store.write(
    Array.from({ length: binCount }, (_, index) => ({
      authority: 'alpha',
      kind: 'bin' as const,
      device: `bin-${index}`,
      part: '',
      time,
      receivedTime: time,
      fields: { fillPercent: 50 + (index % 50) },
    })),
  )
  return own
}

/** Posts a round and resolves with it when it is over, with its stream of events. */
export async function planRound(own: TestApp, body: object): Promise<{ round: Round; events: string }> {
  const posted = await own.call('POST', ROUNDS, { body: { date: '2026-02-17', seconds: 0.3, ...body } })
  expect(posted.status).toBe(202)
  expect(posted.body).toMatchObject({ status: 'queued', lorries: [], error: null })
  expect(posted.headers['location']).toBe(`${ROUNDS}/${posted.body.id}`)
  const { text } = await own.call('GET', `${ROUNDS}/${posted.body.id}/events`)
  return { round: (await own.call('GET', `${ROUNDS}/${posted.body.id}`)).body, events: text }
}

/** A stream's events; comments are left out. */
export function readEvents(text: string): { id: string; event: string; data: Record<string, unknown> }[] {
  return text.split('\n\n').flatMap((block) => {
    const fields = Object.fromEntries(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    const { id, event, data } = fields as Record<string, string | undefined>
    return id && event && data ? [{ id, event, data: JSON.parse(data) }] : []
  })
}
