/** RFC 3339 in whole seconds, as Kubernetes writes times; `time` is epoch milliseconds. */
export const instant = (time: number): string => new Date(time).toISOString().replace(/\.\d+/, '');
