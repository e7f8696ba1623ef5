package dev.postroad.runtime.agent.attempt;

import dev.postroad.contracts.json.Fields;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** Checks addresses of remote agents. */
public final class WebAddress {
    private static final String RULE = "write an address such as https://host/path";

    private static final int LONGEST_LABEL = 63;

    private WebAddress() {}

    /** The address in a field, or null with its fault noted. */
    public static @Nullable URI read(Fields fields, String field) {
        String text = fields.requiredText(field, RULE);
        if (text.isEmpty()) {
            return null;
        }
        String problem = problem(text);
        if (problem != null) {
            fields.fault(field, problem, RULE);
            return null;
        }
        return URI.create(text);
    }

    /** Whether both addresses lead to the same server, whatever their paths. */
    public static boolean sameServer(URI address, String other) {
        if (problem(other) != null) {
            return false;
        }
        URI otherAddress = URI.create(other);
        return address.getScheme().equalsIgnoreCase(otherAddress.getScheme())
                && address.getHost().equalsIgnoreCase(otherAddress.getHost())
                && address.getPort() == otherAddress.getPort();
    }

    /** What is wrong with an address; null where nothing is. */
    public static @Nullable String problem(String text) {
        URI address;
        try {
            address = new URI(text);
        } catch (URISyntaxException notAnAddress) {
            return "is no address: " + notAnAddress.getReason();
        }
        String scheme = address.getScheme();
        if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
            return "is no http or https address";
        }
        if (address.getHost() == null) {
            return "names no host";
        }
        if (address.getUserInfo() != null) {
            return "holds a user name, which belongs in a header";
        }
        if (address.getPort() > 65_535) {
            return "has a port above 65535";
        }
        if (address.getPort() == 0) {
            return "has the port 0, at which nobody can be called";
        }
        return isCallable(text) ? null : "names a host that cannot be called" + whyNot(address.getHost());
    }

    /** By the rules of what calls it, which has stricter ones for names than addresses have in general. */
    private static boolean isCallable(String text) {
        return HttpUrl.parse(text) != null;
    }

    private static String whyNot(String host) {
        if (host.indexOf('%') >= 0) {
            return ": a zone has a meaning on one machine alone";
        }
        boolean isLong = Arrays.stream(host.split("\\.")).anyMatch(label -> label.length() > LONGEST_LABEL);
        return isLong ? ": a part between two dots is longer than " + LONGEST_LABEL + " characters" : "";
    }
}
