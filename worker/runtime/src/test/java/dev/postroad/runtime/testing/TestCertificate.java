package dev.postroad.runtime.testing;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.NullMarked;

/** A certificate for this machine that is signed by itself, with its key. Immutable. */
@NullMarked
public record TestCertificate(X509Certificate certificate, KeyPair keys) {
    private static final int SEQUENCE = 0x30;
    private static final int RSA_BITS = 2_048;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);
    /** The names localhost and 127.0.0.1, as an extension. */
    private static final byte[] NAMES = hex("a31e301c301a0603551d110413301182096c6f63616c686f737487047f000001");

    /** Kinds of keys, with how their certificates say that they are signed. */
    public enum Kind {
        RSA("SHA256withRSA", "300d06092a864886f70d01010b0500"),
        EC("SHA256withECDSA", "300a06082a8648ce3d040302"),
        ED25519("Ed25519", "300506032b6570");

        private final String signature;
        private final String identifier;

        Kind(String signature, String identifier) {
            this.signature = signature;
            this.identifier = identifier;
        }
    }

    /** One that holds today. */
    public static TestCertificate of(Kind kind, String name) {
        Instant now = Instant.now();
        return of(kind, name, now.minusSeconds(3_600), now.plusSeconds(86_400));
    }

    private static KeyPair keysOf(Kind kind) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind.name());
        if (kind == Kind.RSA) {
            // To find primes for longer ones takes many seconds on a busy machine.
            generator.initialize(RSA_BITS);
        }
        return generator.generateKeyPair();
    }

    /** One that holds from a time to another. */
    public static TestCertificate of(Kind kind, String name, Instant from, Instant to) {
        try {
            KeyPair keys = keysOf(kind);
            byte[] who = new X500Principal("CN=" + name).getEncoded();
            byte[] content = element(
                    SEQUENCE,
                    hex("a003020102020101"),
                    hex(kind.identifier),
                    who,
                    element(SEQUENCE, time(from), time(to)),
                    who,
                    keys.getPublic().getEncoded(),
                    NAMES);
            Signature signature = Signature.getInstance(kind.signature);
            signature.initSign(keys.getPrivate());
            signature.update(content);
            byte[] signed = element(0x03, new byte[] {0}, signature.sign());
            byte[] whole = element(SEQUENCE, content, hex(kind.identifier), signed);
            return new TestCertificate(
                    (X509Certificate) CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(whole)),
                    keys);
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The certificate, as files have it. */
    public String pem() {
        try {
            return pem("CERTIFICATE", certificate.getEncoded());
        } catch (GeneralSecurityException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The private key, as files have it. */
    public String keyPem() {
        return pem("PRIVATE KEY", keys.getPrivate().getEncoded());
    }

    /** A block of a file in PEM. */
    public static String pem(String label, byte[] bytes) {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
    }

    /** Puts both into files, the certificate first. */
    public void write(Path certificateFile, Path keyFile) {
        try {
            Files.writeString(certificateFile, pem());
            Files.writeString(keyFile, keyPem());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static byte[] time(Instant instant) {
        return element(0x18, TIME.format(instant).getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }

    private static byte[] element(int tag, byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (all.size() >= 0x80) {
            out.write(0x82);
            out.write(all.size() >> 8);
        }
        out.write(all.size());
        out.writeBytes(all.toByteArray());
        return out.toByteArray();
    }
}
