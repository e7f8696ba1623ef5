package dev.postroad.runtime.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A certificate and its key in files that are read again and again. Files that do not hold a pair change nothing: the pair
 * of before stays, and the log says what is wrong; so it does between the change of one file and that of the other.
 * Thread-safe.
 */
public final class TlsFiles {
    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);

    private final TlsSettings settings;
    private TlsIdentity current;
    private byte[] seen = new byte[0];
    private @Nullable String trouble;

    public TlsFiles(TlsSettings settings) {
        this.settings = settings;
        this.current = settings.first();
    }

    /** The newest pair that was sound. */
    public synchronized TlsIdentity current() {
        return current;
    }

    /** Reads the files again; the pair in them, where it is sound and another one than before. */
    public synchronized Optional<TlsIdentity> changed() {
        try {
            byte[] before = seen;
            // Files that cannot be read now may come back as they were, and are looked at again then.
            seen = new byte[0];
            byte[] certificate = Pem.bytes(settings.certificate());
            byte[] key = Pem.bytes(settings.key());
            seen = digest(certificate, key);
            if (Arrays.equals(seen, before)) {
                return Optional.empty();
            }
            TlsIdentity read = TlsIdentity.of(settings.certificate(), certificate, settings.key(), key);
            trouble = null;
            if (read.equals(current)) {
                return Optional.empty();
            }
            current = read;
            LOG.info("callers are shown a new certificate, {}", read);
            return Optional.of(read);
        } catch (PemException unsound) {
            tell(String.valueOf(unsound.getMessage()));
            return Optional.empty();
        }
    }

    private static byte[] digest(byte[] certificate, byte[] key) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(digest.digest(certificate));
            return digest.digest(key);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private void tell(String what) {
        if (!what.equals(trouble)) {
            trouble = what;
            LOG.warn("the certificate of before stays: {}", what);
        }
    }

    /** What is wrong with the certificate that callers are shown, or with the files; null where nothing is. */
    public synchronized @Nullable String trouble(InstantSource clock) {
        if (trouble != null) {
            return "the certificate of before stays: " + trouble;
        }
        return clock.instant().isAfter(current.end())
                ? "the certificate in " + settings.certificate() + " has ended at " + current.end()
                        + "; put a new one there"
                : null;
    }
}
