import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { en } from '../../exchange/texts/en.ts'
import { chooseLanguage, fillText, LANGUAGES, textsFor } from '../../exchange/texts/texts-for.ts'

test('every file of texts is a language, and has every text with the same places to fill in', () => {
  const files = readdirSync(new URL('../../exchange/texts', import.meta.url))
  expect(files.filter((file) => file !== 'texts-for.ts').sort()).toEqual(
    Object.keys(LANGUAGES)
      .map((language) => `${language}.ts`)
      .sort(),
  )
  const placesOf = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
  for (const [language, texts] of Object.entries(LANGUAGES)) {
    expect(Object.keys(texts).sort(), language).toEqual(Object.keys(en).sort())
    for (const name of Object.keys(en) as (keyof typeof en)[]) {
      expect(texts[name].trim(), `${language} ${name}`).not.toBe('')
      expect(placesOf(texts[name]), `${language} ${name}`).toEqual(placesOf(en[name]))
    }
  }
})

test.each([
  ['cy', undefined, 'cy'],
  ['cy-GB', 'en', 'cy'],
  ['CY', undefined, 'cy'],
  ['de', 'cy', 'en'],
  ['constructor', undefined, 'en'],
  [undefined, 'cy-GB,cy;q=0.9,en;q=0.8', 'cy'],
  [undefined, 'en;q=0.2, cy;q=0.7', 'cy'],
  [undefined, 'cy;q=0, en', 'en'],
  [undefined, 'fr, cy;q=0.1', 'cy'],
  [undefined, '', 'en'],
  [undefined, undefined, 'en'],
])('lang %j with Accept-Language %j is answered in %s', (asked, header, expected) => {
  expect(chooseLanguage(asked, header)).toBe(expected)
})

test('places are filled in, and a place without a value stays', () => {
  expect(fillText(textsFor('cy').departuresFrom, { stop: 'Y Sgwâr' })).toBe('Ymadawiadau o Y Sgwâr')
  expect(fillText('{a} and {b}', { a: 1 })).toBe('1 and {b}')
})
