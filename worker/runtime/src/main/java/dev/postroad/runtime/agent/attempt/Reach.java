package dev.postroad.runtime.agent.attempt;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where agents may be. Looked at when a definition is read, as far as its address says it, again before each request by
 * the addresses that its host has then, and once more by the one that the connection leads to. What answers on every machine of a cloud with the machine's own keys, and other
 * addresses of one link, are reached only where they are listed as addresses. Immutable.
 */
public final class Reach {
    private static final Pattern SEPARATOR = Pattern.compile("[,\\s]+");
    /** Everywhere, but where nobody may reach who is not listed. */
    public static final Reach DEFAULT = new Reach(List.of(), List.of(), true);

    /** Link-local, and where clouds answer with a machine's own keys. */
    private static final List<Network> GUARDED = List.of(
            Network.of("169.254.0.0/16"),
            Network.of("fe80::/10"),
            Network.of("fd00:ec2::/32"),
            Network.of("100.100.100.200"),
            Network.of("168.63.129.16"),
            Network.of("192.0.0.192"));

    /** After these prefixes stands an IPv4 address that may be reached: in its last 32 bits … */
    private static final List<Network> TRANSLATED =
            List.of(Network.of("64:ff9b::/96"), Network.of("64:ff9b:1::/48"), Network.of("::/96"));

    /** … or right behind it. */
    private static final Network TUNNELLED = Network.of("2002::/16");

    private static final String NOT_LISTED = "is none of POSTROAD_AGENT_HOSTS";
    private static final String IS_GUARDED =
            "is link-local or answers with the keys of this machine, which is reached only where POSTROAD_AGENT_HOSTS"
                    + " lists the address";

    private final List<Host> hosts;
    private final List<Network> networks;
    private final boolean isOpen;

    /**
     * Hosts by name.
     *
     * @param port null for any
     */
    private record Host(Glob name, @Nullable Integer port) {
        boolean matches(String host, int itsPort) {
            return name.matches(host) && (port == null || port == itsPort);
        }
    }

    private Reach(List<Host> hosts, List<Network> networks, boolean isOpen) {
        this.hosts = List.copyOf(hosts);
        this.networks = List.copyOf(networks);
        this.isOpen = isOpen;
    }

    /**
     * Rules of a worker.
     *
     * @param listed such as {@code *.internal:443, 10.0.0.0/8}
     * @throws IllegalArgumentException where the list cannot be understood; the message says what is wrong
     */
    public static Reach of(String listed) {
        List<Host> hosts = new ArrayList<>();
        List<Network> networks = new ArrayList<>();
        for (String entry : SEPARATOR.splitAsStream(listed.strip()).toList()) {
            Optional<Network> network = network(entry);
            if (network.isPresent()) {
                networks.add(network.get());
            } else {
                hosts.add(host(entry));
            }
        }
        return new Reach(hosts, networks, false);
    }

    private static Optional<Network> network(String entry) {
        try {
            return Optional.of(Network.of(entry));
        } catch (IllegalArgumentException aName) {
            return Optional.empty();
        }
    }

    private static Host host(String entry) {
        int colon = entry.lastIndexOf(':');
        String name = colon < 0 ? entry : entry.substring(0, colon);
        if (name.isEmpty() || !name.matches("[A-Za-z0-9*._-]+")) {
            throw new IllegalArgumentException("has an entry that is neither a host, such as *.internal:443, nor a"
                    + " network, such as 10.0.0.0/8");
        }
        try {
            return new Host(Glob.ofHost(name), colon < 0 ? null : Integer.valueOf(entry.substring(colon + 1)));
        } catch (NumberFormatException noPort) {
            throw new IllegalArgumentException("has a host whose port is no number", noPort);
        }
    }

    /** What speaks against an address, as far as can be told without asking anybody; empty where nothing does. */
    public Optional<String> problem(URI address) {
        String host = bare(address);
        InetAddress literal = literal(host);
        if (literal != null) {
            return problem(host, port(address), List.of(literal));
        }
        return isOpen || !networks.isEmpty() || isListed(host, port(address))
                ? Optional.empty()
                : Optional.of(NOT_LISTED);
    }

    /**
     * Looks where an address leads at this moment.
     *
     * @throws IOException where it cannot be resolved
     * @throws OutOfReachException where it may not be called
     */
    public void check(URI address) throws IOException {
        String host = bare(address);
        List<InetAddress> found = Arrays.asList(InetAddress.getAllByName(host));
        throwIfAny(problem(host, port(address), found));
    }

    /**
     * Looks at a connection: names may lead elsewhere than a moment before.
     *
     * @param host the name that was asked for, in small letters
     * @param connected where the connection leads
     * @throws OutOfReachException where it may not be used
     */
    void check(String host, int port, InetAddress connected) throws OutOfReachException {
        throwIfAny(problem(host, port, List.of(connected)));
    }

    private static void throwIfAny(Optional<String> problem) throws OutOfReachException {
        if (problem.isPresent()) {
            throw new OutOfReachException(problem.get());
        }
    }

    private Optional<String> problem(String host, int port, List<InetAddress> found) {
        boolean isNamed = isOpen || isListed(host, port);
        for (InetAddress each : found) {
            boolean isInNetwork = networks.stream().anyMatch(network -> network.contains(each));
            if (!isInNetwork && isGuarded(each)) {
                return Optional.of(IS_GUARDED);
            }
            if (!isInNetwork && !isNamed) {
                return Optional.of(NOT_LISTED);
            }
        }
        return Optional.empty();
    }

    private boolean isListed(String host, int port) {
        return hosts.stream().anyMatch(listed -> listed.matches(host, port));
    }

    private static boolean isGuarded(InetAddress address) {
        return address.isLinkLocalAddress()
                || address.isMulticastAddress()
                || GUARDED.stream().anyMatch(network -> network.contains(address))
                || (TRANSLATED.stream().anyMatch(network -> network.contains(address)) && isGuarded(inner(address, 12)))
                || (TUNNELLED.contains(address) && isGuarded(inner(address, 2)));
    }

    private static InetAddress inner(InetAddress address, int from) {
        byte[] part = Arrays.copyOfRange(address.getAddress(), from, from + 4);
        return InetAddress.ofLiteral(
                (part[0] & 0xFF) + "." + (part[1] & 0xFF) + "." + (part[2] & 0xFF) + "." + (part[3] & 0xFF));
    }

    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException aName) {
            return null;
        }
    }

    private static String bare(URI address) {
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    private static int port(URI address) {
        if (address.getPort() >= 0) {
            return address.getPort();
        }
        return "https".equalsIgnoreCase(address.getScheme()) ? 443 : 80;
    }

    @Override
    public String toString() {
        return isOpen ? "Reach[anywhere]" : "Reach[" + (hosts.size() + networks.size()) + " entries]";
    }
}
