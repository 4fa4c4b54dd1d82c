/** RFC 3339 with six digits, as Leases and Events demand (MicroTime of k8s.io/apimachinery). */
export function microTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '000Z');
}
