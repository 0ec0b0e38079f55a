/** Fields that are being typed into: a redraw must not write over them before they are left. */

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Whether the reader is typing into the field of this id just now. */
export function typing(id: string): boolean {
  const element = document.activeElement;
  return (
    (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) &&
    element.id === id &&
    'typing' in element.dataset
  );
}

/** Marks a field from the first key to the change, or until it is left. */
export function mark(event: Event): void {
  const { dataset } = event.target as TextField;
  if (event.type === 'input') dataset.typing = '';
  else delete dataset.typing;
}
