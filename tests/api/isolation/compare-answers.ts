import { ID_MARK, NUMBER_MARKS, SECRET_MARK } from './create-marked-town.ts'
import type { Got } from './send.ts'

/** An id of the same form, and at about the same place of a list, that nothing has. */
export function ghostOf(id: string): string {
  if (id.includes(ID_MARK)) return id.replaceAll(ID_MARK, 'zqig')
  return id
    .replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) => (last === '0' ? '1' : '0'))
    .replace(/^./, (first) => (first === '1' ? '2' : '1'))
}

/** What of alpha is in an answer, beside what was sent with the question. */
export function findMarks(
  { headers, text }: Got,
  {
    sent,
    secrets,
    allowed = /$^/,
  }: { readonly sent: readonly string[]; readonly secrets: readonly string[]; readonly allowed?: RegExp },
): string[] {
  const told = withoutIds(`${headers}\n${text}`, sent)
  const words = [...told.matchAll(new RegExp(`(?:${ID_MARK}|${SECRET_MARK})[\\w-]*`, 'gi'))].map(
    ([word]) => word,
  )
  const others = [...NUMBER_MARKS, ...secrets].filter((mark) => told.includes(mark))
  return [...new Set([...words, ...others])].filter((mark) => !allowed.test(mark))
}

/** An answer in which nothing tells one question from another that differs in its ids alone. */
export function withoutQuestion({ status, headers, text }: Got, sent: readonly string[]): string {
  const instance = /urn:kerbside:request:[\w.-]+/g
  // An ETag is a digest of what it stands for, ids included.
  const head = status >= 400 ? headers : headers.replaceAll(/^(etag|last-modified): .*$/gm, '')
  return withoutIds(`${status}\n${head}\n${text.replaceAll(instance, '')}`, sent)
}

function withoutIds(text: string, ids: readonly string[]): string {
  let rest = text
  for (const id of [...ids].sort((a, b) => b.length - a.length)) {
    for (const form of [id, encodeURIComponent(id)]) rest = rest.replaceAll(form, '…')
  }
  return rest
}

/** Ids that the system itself gave alpha's things: nobody else could know one. */
export function listSecretIds(answers: Iterable<string>): string[] {
  const found = new Set<string>()
  for (const answer of answers) {
    for (const [, id] of answer.matchAll(/"(?:id|keyId|actor)":"([^"]{13,})"/g)) {
      if (id !== undefined && !id.includes(ID_MARK) && /\d/.test(id)) found.add(id)
    }
  }
  return [...found]
}
