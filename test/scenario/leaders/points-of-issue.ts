import { isMint, isObjectWrite, isSecretWrite, wish, type Meeting, type Point } from './points.ts';

/** A point of the first issue, at which the heir does all of it once more. */
const point = (name: string, what: string, hold: Point['hold'], more: Partial<Point> = {}): Point => ({
  ...{ name, what, hold },
  old: false,
  change: wish(),
  inherit: ({ site }: Meeting) => site.objects.ready(name),
  stored: 1,
  ...more,
});
const REFUSED = { refused: true } as const;

/** A new object gets its first key. */
export const pointsOfIssue: readonly Point[] = [
  point(
    'claim',
    'the finalizer is on its way',
    ({ site, former }) => former.kubernetes.holdEvery('request', isObjectWrite('claim', site)),
    REFUSED,
  ),
  point('mint', 'a key is being asked for', ({ elasticsearch }) => elasticsearch.holdEvery('request', isMint('mint'))),
  point('minted', 'a key is made, and the answer on its way', ({ elasticsearch }) =>
    elasticsearch.holdEvery('answer', isMint('minted')),
  ),
  point(
    'store',
    'the Secret is on its way, behind that of the next leader',
    ({ site, former }) => former.kubernetes.holdEvery('request', isSecretWrite('store', site)),
    REFUSED,
  ),
  point(
    'store-first',
    'the Secret is on its way, just ahead of that of the next leader',
    ({ site, former }) => former.kubernetes.holdEvery('request', isSecretWrite('store-first', site)),
    {
      inherit: async ({ site, heir }, late) => {
        const second = await heir.kubernetes.holdRequest(isSecretWrite('store-first', site));
        await late.release();
        second.release();
        await site.objects.ready('store-first');
      },
    },
  ),
  point('stored', 'the Secret is there, and the answer on its way', ({ site, former }) =>
    former.kubernetes.holdEvery('answer', isSecretWrite('stored', site)),
  ),
  point(
    'report',
    'the status is on its way, and out of date when it comes',
    ({ site, former }) => former.kubernetes.holdEvery('request', isObjectWrite('report', site, '/status')),
    {
      inherit: async ({ site: { objects } }) => {
        const first = await objects.ready('report');
        await objects.applyKey('report', wish({ request: 'next' }));
        await objects.rotated('report', first);
      },
      stored: 2,
    },
  ),
];
