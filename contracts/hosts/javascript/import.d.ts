export interface ImportOptions {
  /** The one export, or graph of langgraph.json, that is wanted; all by default. */
  only?: string;
  /** What that one is called in Postroad. */
  name?: string;
  /** Where its agents are served over HTTP; over Kafka, where there is none. */
  url?: string;
}

/** The compiled graphs that a module exports, or a langgraph.json names, as YAML of Postroad. */
export function importLangGraph(file: string, options: ImportOptions): Promise<string>;
/** The same, for a command: written to standard output, after which the process ends. */
export function printLangGraph(options: ImportOptions & { file: string }): Promise<void>;
