package dev.postroad.runtime.config;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker answers over HTTP, and whom.
 *
 * @param port 0 for any free one
 * @param token what callers must know; null where everybody on this machine may call
 * @param limits how many may call at a time, and how long they may take
 */
public record ListenSettings(
        String host, int port, @Nullable String token, CallerLimits limits) {
    private static final Pattern TOKEN = Pattern.compile("[!-~]{16,1000}");
    private static final Pattern LOOPBACK =
            Pattern.compile("(.+\\.)?localhost|127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|::1|\\[::1]");

    static ListenSettings read(SettingReader reader) {
        String host = reader.required(Setting.HTTP_HOST, "name the address to listen on");
        int port = reader.whole(Setting.HTTP_PORT, 0, 65_535);
        String token = reader.text(Setting.HTTP_TOKEN);
        if (token == null && !isLoopback(host)) {
            reader.fault(
                    Setting.HTTP_TOKEN,
                    "is not set, and others than this machine reach " + host,
                    "set it to a secret, or listen on 127.0.0.1");
        } else if (token != null && !TOKEN.matcher(token).matches()) {
            // It may be a secret all the same, so it is not repeated.
            reader.fault(
                    Setting.HTTP_TOKEN,
                    "is no token",
                    "use 16 to 1000 letters, digits and signs of ASCII, without spaces");
        }
        return new ListenSettings(host, port, token, CallerLimits.read(reader));
    }

    /** Whether a name stands for this machine alone, whatever a resolver says. */
    public static boolean isLoopback(String host) {
        return LOOPBACK.matcher(host.toLowerCase(Locale.ROOT)).matches();
    }

    /** Leaves out the token. */
    @Override
    public String toString() {
        return "HTTP " + host + ":" + port + (token == null ? "" : " with a token");
    }
}
