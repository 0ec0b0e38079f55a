/** Address of the lab with the configuration of `link`, from whichever of our pages this runs on. */
export function labAddress(link: string): string {
  return new URL(`./#${link}`, document.baseURI).href;
}
