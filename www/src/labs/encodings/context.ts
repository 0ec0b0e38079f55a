/** What every part of the encodings lab may read and do. */

import type { PartContext } from '../../ui/part-context';
import type { UploadInfo } from '../../engine/types';

export interface EncodingsContext extends PartContext {
  upload: UploadInfo | null;
  /** Why the last table was not taken; empty if it was. */
  uploadRefused: string;
  uploadFile: (file: File) => void;
  forgetUpload: () => void;
}
