/** Files that are dropped anywhere on the page. */

/** Gives `take` each dropped file, and marks `element` while one is dragged over the page; returns how to stop. */
export function acceptFiles(element: HTMLElement, take: (file: File) => void): () => void {
  const mark = (dragging: boolean) => element.toggleAttribute('data-dropping', dragging);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    mark(true);
  };
  const leave = (event: DragEvent) => {
    // Between two elements of the page the pointer has not left it.
    if (event.relatedTarget === null) mark(false);
  };
  const drop = (event: DragEvent) => {
    mark(false);
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    take(file);
  };
  addEventListener('dragover', over);
  addEventListener('dragleave', leave);
  addEventListener('drop', drop);
  return () => {
    removeEventListener('dragover', over);
    removeEventListener('dragleave', leave);
    removeEventListener('drop', drop);
  };
}
