package dev.postroad.runtime.tls;

import java.nio.file.Path;

/**
 * Where a server's certificate and its private key are, which may change at any time. Immutable.
 *
 * @param first what they held when the settings were read
 */
public record TlsSettings(Path certificate, Path key, TlsIdentity first) {
    /**
     * Reads what the files hold now.
     *
     * @throws PemException where they do not hold a certificate and its key
     */
    public static TlsSettings read(Path certificate, Path key) throws PemException {
        return new TlsSettings(
                certificate, key, TlsIdentity.of(certificate, Pem.bytes(certificate), key, Pem.bytes(key)));
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return "TLS as " + first;
    }
}
