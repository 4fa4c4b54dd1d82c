/**
 * Text without what moves the cursor, colours, or answers for the person at a terminal: control characters but tabs and ends
 * of lines, each as U+FFFD. Whoever names a key, or writes a status, chooses characters that others print.
 */
export const visible = (text: string): string => text.replaceAll(/(?![\n\t])\p{Cc}/gu, '\uFFFD');
