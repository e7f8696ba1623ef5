package dev.postroad.cli.looking;

import dev.postroad.cli.servers.ConsoleAddress;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.runtime.config.Setting;
import dev.postroad.runtime.config.Variables;
import dev.postroad.runtime.tls.PemException;
import dev.postroad.runtime.tls.Trust;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpTimeoutException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Where a worker answers HTTP, and the token that it asks for, by the settings. */
final class WorkerAddress {
    private WorkerAddress() {}

    /** The token to send; empty for none. */
    static Optional<String> token(Surroundings surroundings) {
        // What is no token cannot be sent, and would be repeated by the error that says so.
        return Variables.of(surroundings.environment())
                .given(Setting.HTTP_TOKEN)
                .filter(token -> token.chars().allMatch(sign -> sign > ' ' && sign <= '~'));
    }

    /**
     * What calls a worker: trusts whom Java trusts, and by the settings a CA of one's own, and the certificate of the worker
     * that is set up here.
     *
     * @throws CommandException where a file of theirs has no certificate
     */
    static HttpClient client(Surroundings surroundings, Duration connectLimit) {
        HttpClient.Builder client = HttpClient.newBuilder().connectTimeout(connectLimit);
        Variables variables = Variables.of(surroundings.environment());
        List<Path> trusted = new ArrayList<>();
        try {
            variables.given(Setting.HTTP_TLS_CA).map(Path::of).ifPresent(trusted::add);
            variables.given(Setting.HTTP_TLS_CERT).map(Path::of).ifPresent(trusted::add);
            return trusted.isEmpty()
                    ? client.build()
                    : client.sslContext(Trust.inAlso(trusted)).build();
        } catch (PemException | InvalidPathException unsound) {
            throw CommandException.usage(Setting.HTTP_TLS_CA.variable() + " or " + Setting.HTTP_TLS_CERT.variable()
                    + ": " + unsound.getMessage());
        }
    }

    /** Why nobody answered, with what helps where it is about certificates, or about who is spoken to without them. */
    static String why(String address, IOException unreachable) {
        if (unreachable instanceof ConnectException || unreachable instanceof HttpTimeoutException) {
            return unreachable instanceof HttpTimeoutException ? "no answer in time" : "nothing listens there";
        }
        if (address.startsWith("http://") && !(unreachable instanceof SSLException)) {
            return "what listens there does not speak HTTP; if it encrypts, as a worker with "
                    + Setting.HTTP_TLS_CERT.variable() + " does, begin the address with https://";
        }
        return unreachable instanceof SSLException
                ? unreachable + "; name a file with the certificate of its CA by " + Setting.HTTP_TLS_CA.variable()
                        + ", and the worker as its certificate does"
                : unreachable.toString();
    }

    /** @throws CommandException where no worker is known */
    static String of(Surroundings surroundings) {
        return ConsoleAddress.ofWorker(surroundings)
                .orElseThrow(() -> CommandException.failed(
                        "no worker runs on the embedded servers; start one by `postroad dev`, or name one by --url"));
    }
}
