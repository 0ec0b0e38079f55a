/** The page API in Node: the same worker in a thread of its own, on the CPU executor. */

import { host } from '../api';
import { Thread } from './thread';

export * from '../api';

host.worker = () => new Thread();
