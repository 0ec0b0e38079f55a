/** Told to the window when a page around the lab has changed its colours: what is drawn with them is drawn anew. */
export const THEME = 'mnemoscope-theme';
