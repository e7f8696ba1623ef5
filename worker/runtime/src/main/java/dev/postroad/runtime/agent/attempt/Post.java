package dev.postroad.runtime.agent.attempt;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A POST that is to be sent. Confined to one thread. */
public final class Post {
    private final URI address;
    private final byte[] body;
    private final List<Header> headers = new ArrayList<>();

    /** A line of its head. */
    record Header(String name, String value) {}

    /** @param body is not copied, and not to be changed */
    public Post(URI address, byte[] body) {
        this.address = address;
        this.body = body;
    }

    /** The same with one header more, beside others of its name. */
    public Post add(String name, String value) {
        headers.add(new Header(name, value));
        return this;
    }

    /** The same with a header in place of those of its name. */
    public Post set(String name, String value) {
        headers.removeIf(header -> header.name.equalsIgnoreCase(name));
        return add(name, value);
    }

    boolean has(String name) {
        return headers.stream().anyMatch(header -> header.name.equalsIgnoreCase(name));
    }

    URI address() {
        return address;
    }

    byte[] body() {
        return body;
    }

    List<Header> headers() {
        return headers;
    }
}
