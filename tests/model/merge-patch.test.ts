import { expect, test } from 'vitest'
import { mergePatch } from '../../model/merge-patch.ts'

// RFC 7396, appendix A, as far as both are objects.
test.each([
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
])('%j patched by %j is %j', (target, patch, result) => {
  expect(mergePatch(target, patch)).toEqual(result)
})

test('a name of the prototype is one as any other, and what was given stays as it is', () => {
  const target = { a: { b: 1 } }
  const merged = mergePatch(target, JSON.parse('{"__proto__": {"isPolluted": true}, "a": {"b": 2}}'))
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
  expect(({} as { isPolluted?: boolean }).isPolluted).toBeUndefined()
  expect(target).toEqual({ a: { b: 1 } })
})
