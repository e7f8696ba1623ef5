package dev.postroad.runtime.agent.http;

import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.CallBody;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.attempt.ServerAnswer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

/**
 * Asks a service what came of a call. Thread-safe.
 *
 * @param url who is asked
 */
record HttpQuestion(HttpSettings settings, URI url, int maxAnswerBytes, AttemptSender sender, RemoteFaults faults)
        implements Question.Asked {
    @Override
    public HttpVerdict verdict(AgentCall call, int doubtful) throws InterruptedException {
        try {
            ServerAnswer response =
                    sender.send(settings.post(url, call, CallBody.inDoubt(call, doubtful), "application/json"), call);
            try (InputStream body = sender.body(response, call)) {
                return response.isFine()
                        ? read(response, body, call)
                        : new HttpVerdict.Unknown(faults.status(response));
            }
        } catch (IOException broken) {
            AttemptSender.throwIfInterrupted(broken);
            return new HttpVerdict.Unknown(faults.connection(url, broken));
        }
    }

    private HttpVerdict read(ServerAnswer response, InputStream body, AgentCall call) throws IOException {
        byte[] bytes = body.readNBytes(maxAnswerBytes + 1);
        return bytes.length > maxAnswerBytes
                ? new HttpVerdict.Unknown(faults.tooLarge(maxAnswerBytes))
                : HttpVerdict.read(bytes, call, new HttpAnswer(faults), faults.retryAfter(response));
    }
}
