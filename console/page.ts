import type { Api } from './api.ts'
import type { Authority, Scope } from './session.ts'

/** What a page is made from. */
export interface PageContext {
  /** The API below the chosen authority: `context.api.get('bins')` asks `/v1/authorities/{authority}/bins`. */
  readonly api: Api
  readonly authority: Authority
  /** What follows the page's name in the address: `#/demo/town/bin-7` gives `['bin-7']`. */
  readonly steps: readonly string[]
  /** Whether the key that was signed in with allows this here; without a key only `published`. */
  allows(scope: Scope): boolean
  /** Whether there is a page of this name that the visitor may see. */
  offers(page: string): boolean
  /** The address of a page of this authority, for a link. */
  href(page: string, ...steps: readonly string[]): string
  /** Goes on to an address of this page by changing what follows its name; the page stays open and is told by `onSteps`. */
  setSteps(...steps: readonly string[]): void
  /** Told to screen readers. */
  announce(text: string): void
}

/** An open page. */
export interface Page {
  readonly element: HTMLElement
  /** The address has changed below the page; without it, the page is closed and opened anew. */
  onSteps?(steps: readonly string[]): void
  /** Ends whatever runs: polling, streams, maps. */
  close(): void
}

export interface PageEntry {
  /** Its name in the address. */
  readonly name: string
  readonly title: string
  /** The path of a 24 by 24 line drawing. */
  readonly icon: string
  /** What a visitor needs to see it: a scope, or `published` where the authority's published data is enough. */
  readonly scope: Scope
  /** Loads it; a page is loaded when it is first opened. */
  open(context: PageContext): Promise<Page>
}
