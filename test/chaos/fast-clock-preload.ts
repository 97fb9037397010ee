/** `node --import fast-clock-preload.ts?since=…&factor=…`: see fast-clock.ts. */
import { speedUp } from './fast-clock.ts';

const { searchParams } = new URL(import.meta.url);
speedUp({ since: Number(searchParams.get('since')), factor: Number(searchParams.get('factor')) });
