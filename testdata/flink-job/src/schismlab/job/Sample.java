package schismlab.job;

import java.nio.charset.StandardCharsets;

/**
 * What one server of an ensemble said of itself at one moment, as a monitor wrote it into a znode:
 * {@code at=1250 state=follower zxid=17 outstanding=0 …}. Times are in milliseconds.
 */
final class Sample {
    private static final String[] NAMES = {
        "at", "state", "zxid", "outstanding", "connections", "watches", "znodes", "lines", "warnings"
    };

    private final String[] values = new String[NAMES.length];

    /** Reads a sample; what is none is a mistake of whoever wrote it. */
    Sample(byte[] data) {
        String text = new String(data, StandardCharsets.UTF_8);
        String[] words = text.split(" ", -1);
        for (int i = 0; i < NAMES.length; i++) {
            if (words.length != NAMES.length || !words[i].startsWith(NAMES[i] + "=")) {
                throw new IllegalArgumentException("\"" + text + "\" is no sample");
            }
            values[i] = words[i].substring(NAMES[i].length() + 1);
        }
    }

    long at() {
        return Long.parseLong(values[0]);
    }

    /** Whether the server takes requests. */
    boolean serves() {
        return !values[1].equals("idle") && !values[1].equals("gone");
    }

    /** The figure of a name, which is a number. */
    long figure(String name) {
        for (int i = 2; i < NAMES.length; i++) {
            if (NAMES[i].equals(name)) {
                return Long.parseLong(values[i]);
            }
        }
        throw new IllegalArgumentException("a sample has no " + name);
    }
}
