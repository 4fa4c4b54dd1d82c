/** The part of JSON Schema (draft 7, which Helm 3 and 4 read) that the chart's values need. */
export interface JSONSchema {
  readonly $schema?: string;
  /** What Kubernetes, or a reader, calls it. */
  readonly title?: string;
  readonly description?: string;
  readonly type?: JSONType | readonly JSONType[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JSONSchema;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JSONSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JSONSchema;
}

type JSONType = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
