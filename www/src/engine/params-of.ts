/**
 * What a link says: of an address what follows its first `#`, since a value may have one of its own, or all of it where no
 * address stands before. Names after `&amp;`, as a link is written in HTML, are those after `&`.
 */
export function paramsOf(link: string): URLSearchParams {
  const fragment = /^\w+=/.test(link) ? link : link.replace(/^[^#]*#/, '');
  return new URLSearchParams(fragment.replaceAll('&amp;', '&'));
}
