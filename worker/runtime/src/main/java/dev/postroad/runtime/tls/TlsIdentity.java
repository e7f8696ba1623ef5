package dev.postroad.runtime.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * What a server proves itself by. Immutable.
 *
 * @param chain its certificate, and behind it those it is signed by, as far as they are known
 * @param key the certificate's private key
 */
public record TlsIdentity(List<X509Certificate> chain, PrivateKey key) {
    /** What is signed to see that a key is the certificate's. */
    private static final byte[] PROBE = "postroad".getBytes(StandardCharsets.UTF_8);

    public TlsIdentity {
        chain = List.copyOf(chain);
    }

    /** @throws PemException where the files do not hold a certificate and its key */
    static TlsIdentity of(Path certificates, byte[] certificateBytes, Path key, byte[] keyBytes) throws PemException {
        List<X509Certificate> chain = Pem.of(certificates, certificateBytes).certificates();
        PublicKey certified = chain.getFirst().getPublicKey();
        TlsIdentity identity = new TlsIdentity(chain, PrivateKeys.of(Pem.of(key, keyBytes), certified));
        if (!identity.isPair()) {
            throw new PemException(
                    key,
                    "has another private key than that of the certificate",
                    "name the file with the key that the certificate was made for");
        }
        try {
            KeyStore _ = identity.store(new char[0]);
        } catch (GeneralSecurityException unfit) {
            throw new PemException(
                    certificates,
                    "has certificates that do not follow from each other",
                    "write the server's first, and behind each the one that it is signed by",
                    unfit);
        }
        return identity;
    }

    private boolean isPair() {
        PublicKey certified = chain.getFirst().getPublicKey();
        try {
            Signature signature = Signature.getInstance(
                    switch (certified.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> certified.getAlgorithm();
                    });
            signature.initSign(key);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(certified);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException differs) {
            return false;
        }
    }

    /** Until when the certificate holds. */
    public Instant end() {
        return chain.getFirst().getNotAfter().toInstant();
    }

    /**
     * As Java wants it, in memory.
     *
     * @param password of the key within it
     * @throws GeneralSecurityException where the certificates do not follow from each other
     */
    public KeyStore store(char[] password) throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, password, chain.toArray(X509Certificate[]::new));
            return store;
        } catch (IOException unreadable) {
            throw new GeneralSecurityException(unreadable);
        }
    }

    /** Leaves out the key. */
    @Override
    public String toString() {
        return chain.getFirst().getSubjectX500Principal() + " until " + end();
    }
}
