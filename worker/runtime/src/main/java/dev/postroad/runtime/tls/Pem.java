package dev.postroad.runtime.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a file in PEM has (RFC 7468): blocks, each with a label, and anything between them. Immutable.
 *
 * @param file where it was read, for messages
 */
record Pem(Path file, List<Block> blocks) {
    private static final int MOST_BYTES = 1 << 20;
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String CERTIFICATE = "CERTIFICATE";

    /** @param bytes in DER; none where it is encrypted */
    @SuppressWarnings("ArrayRecordComponent") // They are compared by nobody.
    record Block(String label, byte[] bytes) {}

    Pem {
        blocks = List.copyOf(blocks);
    }

    static byte[] bytes(Path file) throws PemException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new PemException(file, "has more than " + MOST_BYTES + " bytes", "name a file in PEM");
            }
            return bytes;
        } catch (IOException unreadable) {
            throw new PemException(
                    file,
                    "cannot be read (" + unreadable.getClass().getSimpleName() + ")",
                    "name a file in PEM that this process may read",
                    unreadable);
        }
    }

    static Pem of(Path file, byte[] bytes) throws PemException {
        List<Block> blocks = new ArrayList<>();
        Matcher found = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        while (found.find()) {
            blocks.add(new Block(found.group(1), decoded(file, found.group(1), found.group(2))));
        }
        return new Pem(file, blocks);
    }

    /** One that is encrypted begins with headers, which are no Base64: its bytes say nothing, and nobody asks for them. */
    private static byte[] decoded(Path file, String label, String text) throws PemException {
        if (text.contains(":")) {
            return new byte[0];
        }
        try {
            return Base64.getDecoder().decode(text.replaceAll("\\s", ""));
        } catch (IllegalArgumentException noBase64) {
            throw new PemException(
                    file, "has a block " + label + " that is no Base64", "write the file anew", noBase64);
        }
    }

    /** Those of the file, in their order; at least one. */
    List<X509Certificate> certificates() throws PemException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Block block : blocks) {
                if (block.label().equals(CERTIFICATE)) {
                    certificates.add(
                            (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.bytes())));
                }
            }
        } catch (CertificateException unfit) {
            throw new PemException(
                    file, "has a block " + CERTIFICATE + " that holds none", "write the file anew", unfit);
        }
        if (certificates.isEmpty()) {
            throw new PemException(
                    file, "has no certificate", "name a PEM file with a block -----BEGIN CERTIFICATE-----");
        }
        return certificates;
    }
}
