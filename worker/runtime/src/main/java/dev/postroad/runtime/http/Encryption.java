package dev.postroad.runtime.http;

import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.config.ListenSettings;
import dev.postroad.runtime.observe.PartHealth;
import dev.postroad.runtime.tls.TlsFiles;
import dev.postroad.runtime.tls.TlsIdentity;
import java.security.GeneralSecurityException;
import java.time.InstantSource;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP over TLS (1.2 and 1.3), by the server's own means, with a certificate that may change while the worker runs:
 * connections that are open keep the one they began with. Owns the thread that looks for changes; thread-safe.
 */
final class Encryption implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Encryption.class);
    private static final long MILLIS_BETWEEN_LOOKS = 500;
    /** Of a key in memory, which is as safe as the memory. */
    private static final String PASSWORD = "in memory";

    private final TlsFiles files;
    private final InstantSource clock;
    private final ListenSettings settings;
    private final SslContextFactory.Server factory = new SslContextFactory.Server();
    private final Rounds looks;

    private Encryption(ListenSettings settings, TlsFiles files, InstantSource clock) {
        this.settings = settings;
        this.files = files;
        this.clock = clock;
        show(files.current(), factory);
        looks = new Rounds("postroad-http-tls", "a changed certificate", MILLIS_BETWEEN_LOOKS, clock, this::look);
    }

    /** What settings ask for; null where nothing is to be encrypted. */
    static @Nullable Encryption of(ListenSettings settings, InstantSource clock) {
        return settings.tls() == null ? null : new Encryption(settings, new TlsFiles(settings.tls()), clock);
    }

    private static void show(TlsIdentity identity, SslContextFactory factory) {
        try {
            factory.setKeyStore(identity.store(PASSWORD.toCharArray()));
            factory.setKeyStorePassword(PASSWORD);
            factory.setKeyManagerPassword(PASSWORD);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    void start() {
        looks.start();
    }

    /** What listens, in place of what would without encryption. */
    Connector connector(Server server, HttpConfiguration http) {
        SecureRequestCustomizer secure = new SecureRequestCustomizer();
        // Callers see to the name themselves; probes go by the address of a machine, which no certificate has.
        secure.setSniHostCheck(false);
        http.addCustomizer(secure);
        HttpConnectionFactory inner = new HttpConnectionFactory(http);
        ServerConnector connector =
                new ServerConnector(server, new SslConnectionFactory(factory, inner.getProtocol()), inner);
        connector.setHost(settings.host());
        connector.setPort(settings.port());
        return connector;
    }

    private void look() {
        files.changed().ifPresent(identity -> {
            try {
                factory.reload(changing -> show(identity, changing));
            } catch (Exception refused) {
                LOG.error("a sound certificate cannot be shown; restart this worker", refused);
            }
        });
    }

    /** How the certificate is that callers are shown. */
    PartHealth health() {
        String trouble = files.trouble(clock);
        return trouble == null ? new PartHealth.Ok() : new PartHealth.Degraded(trouble);
    }

    @Override
    public void close() {
        looks.close();
    }
}
