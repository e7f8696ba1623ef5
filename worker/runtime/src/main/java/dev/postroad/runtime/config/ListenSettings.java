package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.access.TokenLine;
import dev.postroad.runtime.access.TokenSettings;
import dev.postroad.runtime.tls.PemException;
import dev.postroad.runtime.tls.TlsSettings;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker answers over HTTP, and whom.
 *
 * @param port 0 for any free one
 * @param tokens what callers must know
 * @param tls how what is said is encrypted; null where it is not
 * @param limits how many may call at a time, and how long they may take
 */
public record ListenSettings(
        String host,
        int port,
        TokenSettings tokens,
        @Nullable TlsSettings tls,
        CallerLimits limits) {
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,1000}");
    private static final Pattern LOOPBACK =
            Pattern.compile("(.+\\.)?localhost|127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|::1|\\[::1]");

    static ListenSettings read(SettingReader reader) {
        String host = reader.required(Setting.HTTP_HOST, "name the address to listen on");
        int port = reader.whole(Setting.HTTP_PORT, 0, 65_535);
        TokenSettings tokens = new TokenSettings(shared(reader), lines(reader), file(reader));
        boolean isAnySet = tokens.areAsked() || reader.text(Setting.HTTP_TOKENS) != null;
        if (!isAnySet && !isLoopback(host)) {
            reader.fault(
                    Setting.HTTP_TOKEN,
                    "is not set, and others than this machine reach " + host,
                    "set it to a secret, or " + Setting.HTTP_TOKENS.variable() + " to lines that postroad token"
                            + " prints, or listen on 127.0.0.1");
        }
        return new ListenSettings(host, port, tokens, tls(reader), CallerLimits.read(reader));
    }

    private static @Nullable String shared(SettingReader reader) {
        String token = reader.text(Setting.HTTP_TOKEN);
        if (token != null && !TOKEN.matcher(token).matches()) {
            // It may be a secret all the same, so it is not repeated.
            reader.fault(
                    Setting.HTTP_TOKEN,
                    "is no token",
                    "use 16 to 1000 letters, digits and signs of ASCII, without spaces");
        }
        return token;
    }

    private static List<TokenLine> lines(SettingReader reader) {
        String text = reader.text(Setting.HTTP_TOKENS);
        if (text == null) {
            return List.of();
        }
        try {
            List<TokenLine> lines = TokenSettings.read(text);
            if (lines.isEmpty()) {
                reader.fault(Setting.HTTP_TOKENS, "has no token", "add a line that postroad token prints, or unset it");
            }
            return lines;
        } catch (FaultsException unsound) {
            unsound.faults().forEach(fault -> reader.fault(Setting.HTTP_TOKENS, problem(fault), fault.remedy()));
            return List.of();
        }
    }

    /** What is in it may change while the worker runs; here it is only seen to that it can be read. */
    private static @Nullable Path file(SettingReader reader) {
        String name = reader.text(Setting.HTTP_TOKENS_FILE);
        if (name == null) {
            return null;
        }
        try {
            Path file = Path.of(name.strip());
            List<TokenLine> _ = TokenSettings.read(file);
            return file;
        } catch (FaultsException unsound) {
            unsound.faults().forEach(fault -> reader.fault(Setting.HTTP_TOKENS_FILE, problem(fault), fault.remedy()));
        } catch (IOException | InvalidPathException unreadable) {
            reader.fault(
                    Setting.HTTP_TOKENS_FILE,
                    "names " + Fields.quoted(name) + ", which cannot be read ("
                            + unreadable.getClass().getSimpleName() + ")",
                    "name a file with lines that postroad token prints");
        }
        return Path.of("");
    }

    private static @Nullable TlsSettings tls(SettingReader reader) {
        Path certificate = reader.file(
                Setting.HTTP_TLS_CERT,
                "name a PEM file with the certificate, and behind it those that it is signed by");
        Path key = reader.file(Setting.HTTP_TLS_KEY, "name a PEM file with the private key of the certificate");
        Path _ = reader.file(Setting.HTTP_TLS_CA, "name a PEM file with certificates");
        seeThatBothAreSet(Setting.HTTP_TLS_CERT, Setting.HTTP_TLS_KEY, reader);
        seeThatBothAreSet(Setting.HTTP_TLS_KEY, Setting.HTTP_TLS_CERT, reader);
        if (certificate == null || key == null) {
            return null;
        }
        try {
            return TlsSettings.read(certificate, key);
        } catch (PemException unsound) {
            reader.fault(
                    unsound.file().equals(key) ? Setting.HTTP_TLS_KEY : Setting.HTTP_TLS_CERT,
                    "is " + Fields.quoted(unsound.file().toString()) + ", which " + unsound.problem(),
                    unsound.remedy());
            return null;
        }
    }

    private static void seeThatBothAreSet(Setting given, Setting other, SettingReader reader) {
        if (reader.text(given) != null && reader.text(other) == null) {
            reader.fault(
                    other,
                    "is not set, and " + given.variable() + " is",
                    "set both, for a certificate and its private key, or none");
        }
    }

    /** The address of a worker by the settings of its environment, whether it runs or not. */
    public static String address(Variables variables) {
        return address(
                variables.given(Setting.HTTP_TLS_CERT).isPresent(),
                variables.value(Setting.HTTP_HOST).orElse("127.0.0.1"),
                variables.value(Setting.HTTP_PORT).orElse("8080"));
    }

    /** Where callers find what listens by these settings on a port. */
    public String address(int listening) {
        return address(tls != null, host, Integer.toString(listening));
    }

    private static String address(boolean isEncrypted, String host, String port) {
        return (isEncrypted ? "https://" : "http://") + host + ":" + port;
    }

    private static String problem(Fault fault) {
        return (fault.place() + " " + fault.problem()).strip();
    }

    /** Whether a name stands for this machine alone, whatever a resolver says. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    /** Leaves out the tokens. */
    @Override
    public String toString() {
        return "HTTP " + host + ":" + port + " with " + tokens + (tls == null ? "" : ", " + tls);
    }
}
