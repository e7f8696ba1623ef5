package dev.postroad.runtime.config;

import java.util.regex.Pattern;

/** Variables that Kubernetes makes for a service whose name starts with "postroad"; they are no settings of ours. */
final class ServiceLink {
    private static final Pattern NAME =
            Pattern.compile(".*_SERVICE_(HOST|PORT(_.*)?)|.*_PORT_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?");
    private static final Pattern VALUE = Pattern.compile("(tcp|udp|sctp)://.*");

    private ServiceLink() {}

    static boolean is(String name, String value) {
        return NAME.matcher(name).matches()
                || (name.endsWith("_PORT") && VALUE.matcher(value).matches());
    }
}
