import type { CollectionDescription } from './describe-collection.ts'
import { addParameters, GEO_JSON, HTML, JSON_TYPE, linkEncodings, type OgcLink } from './links.ts'

/** Of what the addresses are: `self` of the page or the item, `root` of the landing page. */
interface Linked {
  readonly self: string
  readonly root: string
  readonly collection: Pick<CollectionDescription, 'id' | 'title'>
}

/** What a page of items links to (17-069r4, 7.15); `next` is where the next page begins. */
export function linkItems({
  next,
  licence,
  ...linked
}: Linked & { readonly next: string | undefined; readonly licence: string | undefined }): OgcLink[] {
  const { self } = linked
  return [
    ...linkEncodings(self, 'self', 'This page', [GEO_JSON, HTML]),
    ...(next === undefined
      ? []
      : [
          {
            href: addParameters(self, { after: next, f: undefined }),
            rel: 'next',
            type: GEO_JSON,
            title: 'The next page',
          },
        ]),
    linkCollection(linked),
    ...(licence === undefined ? [] : [{ href: licence, rel: 'license', title: 'What it may be used for' }]),
  ]
}

/** What an item links to (17-069r4, 7.16). */
export function linkItem(linked: Linked): OgcLink[] {
  return [...linkEncodings(linked.self, 'self', 'This item', [GEO_JSON, HTML]), linkCollection(linked)]
}

function linkCollection({ root, collection: { id, title } }: Linked): OgcLink {
  return { href: `${root}/collections/${id}`, rel: 'collection', type: JSON_TYPE, title }
}
