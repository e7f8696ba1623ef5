export { AgentError, goto, interrupt, output, sleep } from "./lib/answers.js";
export { serveHttp } from "./lib/http.js";
export { serveKafka } from "./lib/kafka.js";
