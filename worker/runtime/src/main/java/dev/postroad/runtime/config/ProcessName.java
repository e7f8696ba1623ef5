package dev.postroad.runtime.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** A name for this process that no other has, and that says where to look for it. */
final class ProcessName {
    private static final int LONGEST_HOST = 60;

    private ProcessName() {}

    static String unique() {
        String host = host().replaceAll("[^A-Za-z0-9._-]", "-");
        String random = HexFormat.of().toHexDigits(RandomGenerator.getDefault().nextInt());
        return host.substring(0, Math.min(host.length(), LONGEST_HOST)) + "-"
                + ProcessHandle.current().pid() + "-" + random;
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
