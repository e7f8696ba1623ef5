package dev.postroad.runtime.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;

/**
 * Reads private keys as tools write them: as PKCS #8, which says of what kind the key is, or older, by kinds: RSA's as
 * PKCS #1, and those of curves as SEC 1. Those are put into PKCS #8 here, with the kind that the certificate says.
 */
final class PrivateKeys {
    private static final byte SEQUENCE = 0x30;
    private static final byte OCTETS = 0x04;
    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    private PrivateKeys() {}

    /** The key of a file that belongs to a certificate's. */
    static PrivateKey of(Pem pem, PublicKey certified) throws PemException {
        for (Pem.Block block : pem.blocks()) {
            switch (block.label()) {
                case "PRIVATE KEY" -> {
                    return decoded(pem, block.bytes(), certified);
                }
                case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
                    if (block.bytes().length > 0) {
                        return decoded(pem, wrapped(block.bytes(), certified), certified);
                    }
                    throw encrypted(pem);
                }
                case "ENCRYPTED PRIVATE KEY" -> throw encrypted(pem);
                default -> {
                    // A certificate, or the parameters of a curve.
                }
            }
        }
        throw new PemException(
                pem.file(), "has no private key", "name a PEM file with a block -----BEGIN PRIVATE KEY-----");
    }

    private static PemException encrypted(Pem pem) {
        return new PemException(
                pem.file(),
                "has a private key with a password",
                "write it without one: openssl pkey -in FILE -out FILE");
    }

    private static PrivateKey decoded(Pem pem, byte[] pkcs8, PublicKey certified) throws PemException {
        try {
            return KeyFactory.getInstance(certified.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        } catch (GeneralSecurityException unfit) {
            throw new PemException(
                    pem.file(),
                    "has no private key for the certificate, whose key is " + certified.getAlgorithm(),
                    "name the file with the key that the certificate was made for",
                    unfit);
        }
    }

    private static byte[] wrapped(byte[] key, PublicKey certified) {
        return element(SEQUENCE, VERSION_0, kind(certified.getEncoded()), element(OCTETS, key));
    }

    /** The first element of a public key (SubjectPublicKeyInfo) says its algorithm, and the curve. */
    private static byte[] kind(byte[] publicKey) {
        int from = start(publicKey, 0);
        int length = publicKey[from + 1];
        return Arrays.copyOfRange(publicKey, from, from + 2 + length);
    }

    /** Where what an element of DER holds begins. */
    private static int start(byte[] der, int at) {
        int first = Byte.toUnsignedInt(der[at + 1]);
        return at + 2 + (first < 0x80 ? 0 : first - 0x80);
    }

    private static byte[] element(byte tag, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        if (length < 0x80) {
            out.write(length);
        } else {
            out.write(0x83);
            out.write(length >> 16);
            out.write(length >> 8);
            out.write(length);
        }
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }
}
