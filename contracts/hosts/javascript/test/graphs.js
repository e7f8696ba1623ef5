/** Graphs as LangGraph's documentation builds them, in words of our own. */
import { AIMessage, ToolMessage } from "@langchain/core/messages";
import { Annotation, Command, END, MessagesAnnotation, START, Send, StateGraph, interrupt } from "@langchain/langgraph";

const list = () => Annotation({ reducer: (all, more) => all.concat(more), default: () => [] });

/** A joke that is made better until it is good enough: conditions over the state, and a loop. */
export const jokes = new StateGraph(Annotation.Root({ topic: Annotation(), joke: Annotation(), tries: Annotation({ reducer: (a, b) => a + b, default: () => 0 }) }))
  .addNode("write", ({ topic, tries }) => ({ joke: `a joke about ${topic}, ${tries}`, tries: 1 }))
  .addNode("polish", ({ joke }) => ({ joke: `${joke}!` }))
  .addEdge(START, "write")
  .addConditionalEdges("write", ({ tries }) => (tries < 3 ? "weak" : "good"), { weak: "write", good: "polish" })
  .addEdge("polish", END)
  .compile();

/** Chapters written side by side and put together: Sends, and a reducer. */
export const report = new StateGraph(Annotation.Root({ topic: Annotation(), chapters: Annotation(), parts: list(), report: Annotation() }))
  .addNode("plan", ({ topic }) => ({ chapters: ["one", "two", "three"].map((number) => `${topic} ${number}`) }))
  .addNode("chapter", ({ title }) => ({ parts: [`[${title}]`] }))
  .addNode("bind", ({ parts }) => ({ report: [...parts].sort().join("") }), { retryPolicy: { maxAttempts: 3, initialInterval: 50 } })
  .addEdge(START, "plan")
  .addConditionalEdges("plan", ({ chapters }) => chapters.map((title) => new Send("chapter", { title })), ["chapter"])
  .addEdge("chapter", "bind")
  .addEdge("bind", END)
  .compile();

/** A letter that a person lets pass, or sends back with what to change: two questions of one node, and Commands. */
export const letter = new StateGraph(Annotation.Root({ text: Annotation(), by: Annotation() }))
  .addNode("draft", ({ text }) => ({ text: text ?? "Dear all" }))
  .addNode(
    "approve",
    ({ text }) => {
      const verdict = interrupt({ question: "Send it?", text });
      if (verdict === "send") {
        return new Command({ update: { by: interrupt("Who are you?") }, goto: "send" });
      }
      return new Command({ update: [["text", verdict]], goto: "draft" });
    },
    { ends: ["draft", "send"] },
  )
  .addNode("send", ({ text, by }) => ({ text: `${text}, ${by}` }))
  .addEdge(START, "draft")
  .addEdge("draft", "approve")
  .addEdge("send", END)
  .compile();

/** A model that calls a tool: a conversation, and messages as LangChain has them. */
export const weather = new StateGraph(MessagesAnnotation)
  .addNode("model", ({ messages }) => {
    const last = messages.at(-1);
    return {
      messages: last.getType() === "tool"
        ? [new AIMessage({ content: `It is ${last.content}.`, usage_metadata: { input_tokens: 7, output_tokens: 3, total_tokens: 10 } })]
        : [new AIMessage({ content: "", tool_calls: [{ id: "c1", name: "weather", args: { city: "Bern" } }] })],
    };
  })
  .addNode("tools", ({ messages }) => ({
    messages: messages.at(-1).tool_calls.map(({ id, name }) => new ToolMessage({ content: "sunny", tool_call_id: id, name })),
  }))
  .addEdge(START, "model")
  .addConditionalEdges("model", ({ messages }) => (messages.at(-1).tool_calls?.length > 0 ? "tools" : END))
  .addEdge("tools", "model")
  .compile();

/** Requests that go their way by their kind, and are judged by two at once: conditions at START, a join, defer, a graph inside. */
const inner = new StateGraph(Annotation.Root({ request: Annotation(), notes: list() }))
  .addNode("shout", ({ request }) => ({ notes: [request.toUpperCase()] }))
  .addEdge(START, "shout")
  .compile();
export const desk = new StateGraph(Annotation.Root({ request: Annotation(), kind: Annotation(), notes: list(), odd: Annotation({ reducer: (a, b) => `${b}${a ?? ""}` }) }))
  .addNode("refund", () => ({ notes: ["refund"] }))
  .addNode("sale", () => ({ notes: ["sale"], odd: "x" }))
  .addNode("loud", inner)
  .addNode("legal", () => ({ notes: ["legal"] }))
  .addNode("money", () => ({ notes: ["money"] }))
  .addNode("close", () => ({ notes: ["closed"] }), { defer: true })
  .addConditionalEdges(START, ({ kind }) => kind, { refund: "refund", sale: "sale", loud: "loud" })
  .addEdge("refund", "legal")
  .addEdge("refund", "money")
  .addEdge(["legal", "money"], "close")
  .addEdge("sale", "close")
  .addEdge("close", END)
  .compile();
