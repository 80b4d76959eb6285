import { expect, test } from 'vitest'
import { createTown, planRound, ROUNDS } from './round-town.ts'

const NASTY = '<script>alert("1")</script> & co'

test('a round comes as sheets to print, a page for each lorry, with nothing that a name could run', async () => {
  const own = await createTown()
  await own.registry.updateDevice('alpha', 'bin-30', { name: NASTY }, 'installation')
  const { round } = await planRound(own, {})
  const sheet = await own.call('GET', `${ROUNDS}/${round.id}.html`)
  expect(sheet.status).toBe(200)
  expect(sheet.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(sheet.headers['content-security-policy']).toMatch(/default-src 'none'; style-src 'sha256-[\w+/]+=*'/)
  const { text } = sheet
  expect(text).not.toContain('<script')
  expect(text).not.toMatch(/ style=| on\w+=|src=|href=|url\(|@import/)
  expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co (bin-30)')
  // One page for the lorry, and one for the bins that are left.
  expect(text.match(/<section>/g)).toHaveLength(2)
  expect(text.match(/<svg /g)).toHaveLength(1)
  expect(text.match(/class="box"/g)).toHaveLength(26)
  expect(text).toMatch(/Tuesday,? 17 February 2026/)
  // 06:00 in Berlin.
  expect(text).toMatch(/<td class="number">06:00<\/td><td>Leave the depot<\/td>/)
  expect(text).toContain('estimated by straight lines')
  expect(text).not.toContain('OpenStreetMap')
  for (const { deviceId, reason } of round.left) {
    expect(text).toContain(`<td>${deviceId}</td><td class="why">${reason}</td>`)
  }
})

test('without a key, what is not published is called by its id', async () => {
  const own = await createTown()
  await own.registry.updateDevice('alpha', 'bin-30', { name: 'Behind the bank' }, 'installation')
  const { round } = await planRound(own, {})
  expect((await own.call('GET', `${ROUNDS}/${round.id}.html`)).text).toContain('Behind the bank')
  await own.registry.updateAuthority('alpha', { published: ['rounds'] }, 'installation')
  const { status, text } = await own.call('GET', `${ROUNDS}/${round.id}.html`, { key: null })
  expect(status).toBe(200)
  expect(text).toContain('<td>bin-30</td>')
  expect(text).not.toContain('Behind the bank')
})

test('a round is compared with the one before it, or with any other, in numbers and in a sentence', async () => {
  const own = await createTown()
  const { round: first } = await planRound(own, {})
  const alone = await own.call('GET', `${ROUNDS}/${first.id}/comparison`)
  expect([alone.status, alone.body.detail]).toEqual([404, expect.stringContaining('no round before')])
  own.clock.advance(60)
  const { round: second } = await planRound(own, { date: '2026-02-18', mustEmpty: ['bin-0', 'bin-3'] })
  const { body } = await own.call('GET', `${ROUNDS}/${second.id}/comparison`)
  expect(body).toMatchObject({
    round: second.id,
    with: first.id,
    summary: expect.stringMatching(/ than the day before's, for 2 bins more$|^As far and as long/),
    own: { bins: 27, lorries: 1, distanceM: second.distanceM },
    other: { bins: 25, lorries: 1, distanceM: first.distanceM },
    difference: { bins: 2, lorries: 0, distanceM: second.distanceM - first.distanceM },
    binsOnlyInOwn: ['bin-0', 'bin-3'],
    binsOnlyInOther: [],
    lorriesOnlyInOwn: [],
    lorriesOnlyInOther: [],
  })
  const back = await own.call('GET', `${ROUNDS}/${first.id}/comparison?with=${second.id}`)
  expect(back.body).toMatchObject({
    with: second.id,
    difference: { bins: -2 },
    binsOnlyInOther: ['bin-0', 'bin-3'],
  })
  expect((await own.call('GET', `${ROUNDS}/${first.id}/comparison?with=none`)).status).toBe(404)
  const { body: queued } = await own.call('POST', ROUNDS, { body: { date: '2026-02-18', seconds: 600 } })
  const early = await own.call('GET', `${ROUNDS}/${queued.id}/comparison`)
  expect([early.status, early.body.code]).toEqual([409, 'CONFLICT'])
})
