import { cy } from './cy.ts'
import { en, type Texts } from './en.ts'

/** Every language that there are texts in (BCP 47), in the order in which they are offered. Another one is a file and its line here. */
export const LANGUAGES = { en, cy } as const satisfies Record<string, Texts>
export type Language = keyof typeof LANGUAGES

export function textsFor(language: Language): Texts {
  return LANGUAGES[language]
}

/**
 * The language that somebody is answered in: the one asked for (`?lang=`), else the first of `Accept-Language` that there is
 * (RFC 4647, 3.4: a lookup, so that `cy-GB` finds `cy`), else English.
 */
export function chooseLanguage(asked: string | undefined, acceptLanguage: string | undefined): Language {
  const ranges = asked === undefined ? listRanges(acceptLanguage ?? '') : [asked]
  for (const range of ranges) {
    const [primary = ''] = range.toLowerCase().split('-', 1)
    if (Object.hasOwn(LANGUAGES, primary)) return primary as Language
  }
  return 'en'
}

/** A text with its `{…}` filled in; what is not given stays as it is. */
export function fillText(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/** RFC 9110, 12.5.4: the heaviest first, and of the same weight the first; what weighs nothing is not wanted. */
function listRanges(header: string): string[] {
  return header
    .slice(0, 1_000)
    .split(',')
    .map((part) => {
      const [range = '', weight] = part.trim().split(/\s*;\s*q=/i)
      return { range, quality: weight === undefined ? 1 : Number(weight) || 0 }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ range }) => range)
}
