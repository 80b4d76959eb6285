import type { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { eventually } from '../../fixtures/eventually.ts'
import { createAlert } from '../../registry/contract/alerts.ts'
import { findMarks } from './compare-answers.ts'
import { createMarkedTown } from './create-marked-town.ts'
import { findThings } from './find-things.ts'
import { listRoutes } from './list-routes.ts'

test('no stream of events tells beta what happens in alpha', { timeout: 120_000 }, async () => {
  const { app, betaKeys, alphaKey } = await createMarkedTown()
  try {
    const routes = listRoutes(app)
    const beta = await findThings(app, routes, { authority: 'beta', key: betaKeys.admin })
    const heard: { path: string; text: string; ended: Promise<void> }[] = []
    for (const { template } of routes.filter(({ isStream }) => isStream)) {
      const { path } = beta.resolve(template)
      const headers = { authorization: `Bearer ${betaKeys.admin}` }
      const response = await app.app.inject({ method: 'GET', url: path, headers, payloadAsStream: true })
      const stream = response.stream()
      const one = { path, text: JSON.stringify(response.headers), ended: whenEnded(stream) }
      stream.on('data', (chunk: Buffer) => {
        one.text += chunk.toString('latin1')
      })
      heard.push(one)
    }
    const alerts = heard.find(({ path }) => path.endsWith('/alerts/events'))
    expect(alerts).toBeDefined()

    // Something of each kind that is told as it happens.
    const now = app.clock.now()
    const raised = [createAlert('fire', 'zqid-bin', { summary: 'zqsecret-fire' })]
    await app.registry.recordAlerts('alpha', { raised, cleared: [] }, now)
    const rounds = await app.call('GET', '/v1/authorities/alpha/rounds', { key: alphaKey })
    const marks = `/v1/authorities/alpha/rounds/${rounds.body.items[0].id}/marks`
    const impossible = { type: 'impossible', deviceId: 'zqid-bin', reason: 'zqsecret-reason' }
    expect((await app.call('POST', marks, { key: alphaKey, body: impossible })).status).toBe(200)
    const notice = {
      id: 'zqid-transit-other',
      header: [{ language: 'en', text: 'zqsecret-transit-snow' }],
      informedEntities: [{ stopId: 'zqid-stop-1' }],
    }
    const path = '/v1/authorities/alpha/service-alerts'
    expect((await app.call('POST', path, { key: alphaKey, body: notice })).status).toBe(201)
    // What is told of beta comes after it.
    const own = [createAlert('fire', 'own-bin', { summary: 'fire in beta' })]
    await app.registry.recordAlerts('beta', { raised: own, cleared: [] }, now)
    await eventually(() => alerts?.text).toContain('fire in beta')

    await app.app.close()
    await Promise.all(heard.map(({ ended }) => ended))
    for (const { path: url, text } of heard) {
      expect(
        findMarks({ status: 200, headers: '', text }, { sent: ['zqid-unknown'], secrets: [] }),
        url,
      ).toEqual([])
    }
  } finally {
    await app.close()
  }
})

function whenEnded(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['end', 'close', 'error']) stream.once(name, () => resolve())
  })
}
